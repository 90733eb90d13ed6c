"""Alerts in parallel, each sent at its moment whether or not those before it are answered."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

import aiohttp

from tradeplatform.bench.house import BID, House

# Longer than any platform needs that answers at all; how long it took is told beside it.
_PATIENCE_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Answered:
    """An HTTP status, 0 for none, and after how many milliseconds it came."""

    status: int
    after_ms: float

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
                    await answer.read()
                    status = answer.status
            except (aiohttp.ClientError, TimeoutError):
                status = 0
            return Answered(status, 1000 * (monotonic() - asked))

        numbered = enumerate(moments)
        return list(
            await asyncio.gather(*(post_one(number, moment) for number, moment in numbered))
        )
