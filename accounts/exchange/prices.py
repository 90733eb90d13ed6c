"""Last prices by market and symbol, kept shortly and read once for all who ask together.

Together are those of one rank: a close waits for no reading that has to wait longer than itself.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings

from accounts.exchange.border import ask
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
        return await self._reading.get(
            ((key, symbol), rank), lambda: self._read(key, symbol, rank, source)
        )

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
