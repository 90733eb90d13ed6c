"""Order books by market and symbol, read once for all who ask at the same time; never kept."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from accounts.exchange.border import ask
from accounts.exchange.limits.quotas import Rank
from accounts.exchange.prices import positive
from accounts.exchange.single_flight import SingleFlight
from accounts.exchange.types import Book, Level, MarketKey


class Books:
    """The order books that one loop is reading."""

    def __init__(self) -> None:
        self._reading: SingleFlight[tuple[MarketKey, str, int], Book] = SingleFlight()

    async def get(
        self, key: MarketKey, symbol: str, *, depth: int, contract_size: Decimal, source: Any
    ) -> Book:
        """The best `depth` levels of each side, read through `source`; may be fewer."""
        call = source.fetch_order_book
        return await self._reading.get(
            (key, symbol, depth),
            lambda: ask(lambda: _read(call, symbol, depth, contract_size), at=key, rank=Rank.ENTRY),
        )


async def _read(call: Any, symbol: str, depth: int, contract_size: Decimal) -> Book:
    """The parsing belongs to the call: a book that makes no sense was not read."""
    book = await call(symbol, depth)
    return Book(
        bids=_levels(book["bids"][:depth], contract_size),
        asks=_levels(book["asks"][:depth], contract_size),
    )


def _levels(rows: Iterable[Any], contract_size: Decimal) -> tuple[Level, ...]:
    """ccxt 4.5.90 reads books as floats always; a float's shortest text is what the venue wrote."""
    return tuple(
        Level(positive(str(price)), Decimal(str(count)) * contract_size)
        for price, count, *_ in rows
    )
