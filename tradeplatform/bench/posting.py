"""Alerts in parallel, each sent at its moment whether or not those before it are answered."""

import asyncio
import contextlib
import json
from collections.abc import Sequence
from time import monotonic

import aiohttp

from tradeplatform.bench.house import BID, Answer, House

# Longer than any platform needs that answers at all; how long it took is told beside it.
_PATIENCE_SECONDS = 300


def post(house: House, moments: Sequence[float], *, strategies: Sequence[str]) -> list[Answer]:
    """A bid at each of these moments, in seconds from now, for one strategy after another; each on
    a connection of its own, as TradingView does."""
    return asyncio.run(_post(house, moments, strategies))


async def _post(house: House, moments: Sequence[float], strategies: Sequence[str]) -> list[Answer]:
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    timeout = aiohttp.ClientTimeout(total=_PATIENCE_SECONDS)
    started = monotonic()
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:

        async def post_one(number: int, moment: float) -> Answer:
            await asyncio.sleep(started + moment - monotonic())
            alert = house.alert(strategies[number % len(strategies)], **BID)
            asked = monotonic()
            status, body = 0, {}
            with contextlib.suppress(aiohttp.ClientError, TimeoutError, ValueError):
                async with session.post(house.webhook, data=alert) as answer:
                    body, status = json.loads(await answer.read()), answer.status
            return Answer(status, body, asked, monotonic())

        numbered = enumerate(moments)
        return list(
            await asyncio.gather(*(post_one(number, moment) for number, moment in numbered))
        )
