"""Mark prices: what the symbols that somebody holds last traded at, for people to read.

No order depends on them. One that cannot be read stays as it is, and its age tells.
"""

import asyncio
import logging
from collections.abc import Collection, Mapping

from accounts.exchange import gateway
from accounts.exchange.limits.quotas import Rank
from accounts.exchange.types import Environment, ExchangeAnswer, MarketKey, MarketType, Price
from strategies.models import MarkPrice, Position
from tradeplatform.lib import loop

logger = logging.getLogger(__name__)

_Where = tuple[MarketKey, str]

# What is not read by then has its turn with the next beat.
_READ_SECONDS = 20


def mark_positions() -> None:
    """Read and store the last price of every symbol that is held, once per market."""
    wanted = _held()
    prices = loop.call(_read(wanted), timeout_seconds=_READ_SECONDS + 5) if wanted else {}
    MarkPrice.objects.bulk_create(
        [_row(where, price) for where, price in prices.items()],
        update_conflicts=True,
        unique_fields=["venue", "environment", "market_type", "symbol"],
        update_fields=["price", "read_at"],
    )


def _held() -> set[_Where]:
    rows = (
        Position.objects.exclude(quantity=0)
        .order_by()
        .values_list(
            "subscription__account__venue",
            "subscription__account__environment",
            "subscription__strategy__market_type",
            "symbol",
        )
        .distinct()
    )
    return {
        (MarketKey(venue, Environment(environment), MarketType(market_type)), symbol)
        for venue, environment, market_type, symbol in rows
    }


async def _read(wanted: Collection[_Where]) -> Mapping[_Where, Price]:
    reads = {asyncio.ensure_future(_read_one(where)): where for where in wanted}
    done, late = await asyncio.wait(reads, timeout=_READ_SECONDS)
    for read in late:
        read.cancel()
    prices = {reads[read]: read.result() for read in done}
    return {where: price for where, price in prices.items() if price is not None}


async def _read_one(where: _Where) -> Price | None:
    market, symbol = where
    try:
        return await gateway.fetch_price(market, symbol, rank=Rank.POLL)
    except ExchangeAnswer as problem:
        logger.warning("no mark price of %s at %s: %s", symbol, market.venue, problem)
        return None


def _row(where: _Where, price: Price) -> MarkPrice:
    market, symbol = where
    return MarkPrice(
        venue=market.venue,
        environment=market.environment.value,
        market_type=market.market_type.value,
        symbol=symbol,
        price=price.value,
        read_at=price.read_at,
    )
