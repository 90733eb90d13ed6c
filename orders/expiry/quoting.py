"""Market data for rules: each symbol's rules, last price and book once, however many orders ask."""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from accounts.exchange import gateway
from accounts.exchange.limits.quotas import Rank
from accounts.exchange.types import Book, ExchangeAnswer, MarketKey, Price
from orders.expiry.deciding import Quote

logger = logging.getLogger(__name__)

# As many as a rule may name; every venue offers a book of this depth.
_DEPTH = 20
# What a venue has not told by then is asked again with the next beat.
_PATIENCE_SECONDS = 3.0

Where = tuple[MarketKey, str]
Quotes = Mapping[Where, Quote]


@dataclass(frozen=True, slots=True)
class Want:
    """What somebody wants to know of one symbol's market, beside its rules."""

    market: MarketKey
    symbol: str
    last_price: bool = False
    book: bool = False


async def read_quotes(wants: Iterable[Want]) -> dict[Where, Quote]:
    """The quotes by market and symbol; one that cannot be read is missing, or lacks a part."""
    merged: dict[Where, Want] = {}
    for want in wants:
        where = want.market, want.symbol
        known = merged.get(where, want)
        merged[where] = Want(
            *where,
            last_price=known.last_price or want.last_price,
            book=known.book or want.book,
        )
    quotes = await asyncio.gather(*(_in_time(want) for want in merged.values()))
    found = zip(merged, quotes, strict=True)
    return {where: quote for where, quote in found if quote is not None}


async def _in_time(want: Want) -> Quote | None:
    try:
        return await asyncio.wait_for(_read(want), timeout=_PATIENCE_SECONDS)
    except (ExchangeAnswer, TimeoutError) as problem:
        logger.warning("no market data of %s for expiry rules: %r", want.symbol, problem)
        return None


async def _read(want: Want) -> Quote | None:
    rules = (await gateway.load_market_rules(want.market)).get(want.symbol)
    if rules is None:
        return None
    price, book = await asyncio.gather(_price(want), _book(want))
    return Quote(rules=rules, last_price=None if price is None else price.value, book=book)


async def _price(want: Want) -> Price | None:
    if not want.last_price:
        return None
    return await gateway.fetch_price(want.market, want.symbol, rank=Rank.ENTRY)


async def _book(want: Want) -> Book | None:
    if not want.book:
        return None
    return await gateway.fetch_book(want.market, want.symbol, depth=_DEPTH)
