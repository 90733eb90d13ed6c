"""Alerts in parallel, each sent at its moment whether or not those before it are answered."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

import aiohttp

from tradeplatform.bench.house import BID, House

# Longer than any platform needs that answers at all; how long it took is told beside it.
_PATIENCE_SECONDS = 300


@dataclass(slots=True)
class Answered:
    """When an alert was asked for (CLOCK_MONOTONIC), the HTTP status, 0 for none, after how many
    milliseconds it came, and the signal that the alert became, empty for none."""

    asked_at: float
    status: int
    after_ms: float
    signal_id: str = ""

    @property
    def is_accepted(self) -> bool:
        """Whether the platform took the alert."""
        return self.status in (200, 202)


def post(house: House, moments: Sequence[float], *, strategies: Sequence[str]) -> list[Answered]:
    """A bid at each of these moments, in seconds from now, for one strategy after another; each on
    a connection of its own, as TradingView does."""
    return asyncio.run(_post(house, moments, strategies))


async def _post(
    house: House, moments: Sequence[float], strategies: Sequence[str]
) -> list[Answered]:
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    timeout = aiohttp.ClientTimeout(total=_PATIENCE_SECONDS)
    started = monotonic()
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:

        async def post_one(number: int, moment: float) -> Answered:
            await asyncio.sleep(started + moment - monotonic())
            alert = house.alert(strategies[number % len(strategies)], **BID)
            asked = monotonic()
            try:
                async with session.post(house.webhook, data=alert) as answer:
                    body, status = await answer.read(), answer.status
            except (aiohttp.ClientError, TimeoutError):
                body, status = b"", 0
            answered = Answered(asked, status, 1000 * (monotonic() - asked))
            if answered.is_accepted:
                answered.signal_id = json.loads(body)["signal_id"]
            return answered

        numbered = enumerate(moments)
        return list(
            await asyncio.gather(*(post_one(number, moment) for number, moment in numbered))
        )
