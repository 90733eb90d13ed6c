"""Loads a venue's markets through ccxt and says them in our words.

Only what is traded here gets in: spot pairs, and linear perpetuals with the quote as collateral.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import aiohttp

from accounts.exchange.border import ask
from accounts.exchange.clients import build_client
from accounts.exchange.limits.limiter import Limiter
from accounts.exchange.limits.quotas import Rank
from accounts.exchange.types import MarketKey, MarketRules, MarketType
from accounts.exchange.venues import StatedRules, access_to
from accounts.exchange.wire import Clock

# A venue changes steps and minimums rarely; a day is what ccxt's own users settle for.
_LIFETIME_SECONDS = 86_400
# More significant digits than any price has.
_ALL_DIGITS = 24


@dataclass(frozen=True, slots=True)
class MarketTable:
    """A loaded market table. `source` is the public client whose table the others share.

    `contract_sizes` are base units per contract, 1 for spot; `fresh_until` is the loop's time.
    """

    source: Any
    rules: Mapping[str, MarketRules]
    contract_sizes: Mapping[str, Decimal]
    fresh_until: float


async def load_table(
    key: MarketKey, *, session: aiohttp.ClientSession, clock: Clock, limiter: Limiter
) -> MarketTable:
    """Read the venue's markets of this type; raises NotSent or another answer when it fails."""
    source = build_client(key, session=session, clock=clock, limiter=limiter)
    await ask(source.load_markets, at=key, rank=Rank.ENTRY)
    access = access_to(key)
    if access.stated.price_tick is not None:
        _keep_prices(source)
    traded = [m for m in source.markets.values() if _is_traded(m, key.market_type)]
    return MarketTable(
        source=source,
        rules={m["symbol"]: _rules(m, key.market_type, access.stated) for m in traded},
        contract_sizes={m["symbol"]: _contract_size(m) for m in traded},
        fresh_until=asyncio.get_running_loop().time() + _LIFETIME_SECONDS,
    )


def _keep_prices(source: Any) -> None:
    """Where ccxt's price steps are made up, let it pass prices on as they are."""
    for market in source.markets.values():
        market["precision"]["price"] = _ALL_DIGITS


def _is_traded(market: dict[str, Any], market_type: MarketType) -> bool:
    has_steps = bool(market["precision"]["amount"]) and bool(market["precision"]["price"])
    if market_type is MarketType.SPOT:
        return has_steps and bool(market["spot"])
    return has_steps and bool(market["swap"]) and bool(market["linear"])


def _contract_size(market: dict[str, Any]) -> Decimal:
    """Base units per contract; 1 where the venue counts in base units."""
    return Decimal(market["contractSize"] or 1)


def _rules(market: dict[str, Any], market_type: MarketType, stated: StatedRules) -> MarketRules:
    size = _contract_size(market)
    limits = market["limits"]
    step, tick = market["precision"]["amount"], market["precision"]["price"]
    return MarketRules(
        symbol=market["symbol"],
        base=market["base"],
        quote=market["quote"],
        market_type=market_type,
        is_active=market["active"] is not False,
        quantity_step=stated.quantity_step or Decimal(step) * size,
        price_tick=stated.price_tick or Decimal(tick),
        min_quantity=_limit(limits["amount"]["min"], size),
        max_quantity=_limit(limits["amount"]["max"], size),
        max_market_quantity=_limit(limits.get("market", {}).get("max"), size),
        min_notional=stated.min_notionals.get(market["quote"])
        or _limit(limits["cost"]["min"], Decimal(1)),
    )


def _limit(value: str | None, size: Decimal) -> Decimal | None:
    """A stated limit in base units; venues write 0 where they have none."""
    limit = Decimal(value or 0) * size
    return limit if limit > 0 else None
