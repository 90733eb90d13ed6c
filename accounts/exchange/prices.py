"""Last prices by market and symbol, kept shortly and read once for all who ask together.

Together are those of one rank: a close waits for no reading that has to wait longer than itself,
and no job for longer than who waits for it would.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings

from accounts.exchange.border import ask
from accounts.exchange.limits.lanes import lane
from accounts.exchange.limits.quotas import Rank
from accounts.exchange.single_flight import SingleFlight
from accounts.exchange.types import MarketKey, OutcomeUnknown, Price

_Where = tuple[MarketKey, str]


class Prices:
    """The last prices one loop has read."""

    def __init__(self) -> None:
        self._known: dict[_Where, Price] = {}
        self._reading: SingleFlight[tuple[_Where, Rank], Price] = SingleFlight()

    async def get(self, key: MarketKey, symbol: str, *, rank: Rank, source: Any) -> Price:
        """The symbol's last price, read through `source` when the known one is too old."""
        known = self._known.get((key, symbol))
        max_age = timedelta(seconds=settings.PRICE_MAX_AGE_SECONDS)
        if known is not None and datetime.now(UTC) - known.read_at <= max_age:
            return known
        return await self._soonest(
            lane.get().best(rank),
            lambda rank: self._reading.start(
                ((key, symbol), rank), lambda: self._read(key, symbol, rank, source)
            ),
        )

    async def _soonest(self, rank: Rank, start: Callable[[Rank], asyncio.Task[Price]]) -> Price:
        """Wait for the reading of this rank, or for one of a better rank that is lent meanwhile.

        The reading belongs to all lanes that wait for it, so none can hurry it.
        """
        lent: asyncio.Future[Rank] = asyncio.get_running_loop().create_future()

        def hurry(better: Rank) -> None:
            if better < rank and not lent.done():
                lent.set_result(better)

        reading, own = asyncio.shield(start(rank)), lane.get()
        own.hurries.add(hurry)
        try:
            await asyncio.wait((reading, lent), return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                return reading.result()
        finally:
            own.hurries.remove(hurry)
            reading.cancel()  # for us; the others still wait for it
        return await self._soonest(lent.result(), start)

    async def _read(self, key: MarketKey, symbol: str, rank: Rank, source: Any) -> Price:
        last = await ask(lambda: _last(source, symbol), at=key, rank=rank)
        if last is None:
            raise OutcomeUnknown("PRICE_UNKNOWN", f"{key.venue} tells no price of {symbol}.")
        price = Price(value=last, read_at=datetime.now(UTC))
        self._known[key, symbol] = price
        return price


async def _last(source: Any, symbol: str) -> Decimal | None:
    """The parsing belongs to the call: a price that makes no sense was not read."""
    ticker = await source.fetch_ticker(symbol)
    return positive(ticker["last"]) if ticker.get("last") else None


def positive(text: str) -> Decimal:
    """A price as a venue writes it; raises unless it is a number above zero."""
    price = Decimal(text)
    if not (price.is_finite() and price > 0):
        raise ValueError(f"a price of {text}")
    return price
