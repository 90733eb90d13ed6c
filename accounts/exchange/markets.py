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
from accounts.exchange.types import MarketKey, MarketRules, MarketType


@dataclass(frozen=True, slots=True)
class MarketTable:
    """A loaded market table. `source` is the public client whose table the others share.

    `contract_sizes` are base units per contract, 1 for spot; `loaded_at` is the loop's time.
    """

    source: Any
    rules: Mapping[str, MarketRules]
    contract_sizes: Mapping[str, Decimal]
    loaded_at: float


async def load_table(key: MarketKey, *, session: aiohttp.ClientSession) -> MarketTable:
    """Read the venue's markets of this type; raises NotSent or another answer when it fails."""
    source = build_client(key, session=session)
    await ask(source.load_markets(), venue=key.venue)
    traded = [m for m in source.markets.values() if _is_traded(m, key.market_type)]
    return MarketTable(
        source=source,
        rules={market["symbol"]: _rules(market, key.market_type) for market in traded},
        contract_sizes={market["symbol"]: contract_size_of(market) for market in traded},
        loaded_at=asyncio.get_running_loop().time(),
    )


def _is_traded(market: dict[str, Any], market_type: MarketType) -> bool:
    has_steps = bool(market["precision"]["amount"]) and bool(market["precision"]["price"])
    if market_type is MarketType.SPOT:
        return has_steps and bool(market["spot"])
    return has_steps and bool(market["swap"]) and bool(market["linear"])


def contract_size_of(market: dict[str, Any]) -> Decimal:
    """Base units per contract; 1 where the venue counts in base units."""
    return Decimal(market["contractSize"] or 1)


def _rules(market: dict[str, Any], market_type: MarketType) -> MarketRules:
    size = contract_size_of(market)
    amounts = market["limits"]["amount"]
    return MarketRules(
        symbol=market["symbol"],
        base=market["base"],
        quote=market["quote"],
        market_type=market_type,
        is_active=market["active"] is not False,
        quantity_step=Decimal(market["precision"]["amount"]) * size,
        price_tick=Decimal(market["precision"]["price"]),
        min_quantity=_limit(amounts["min"], size),
        max_quantity=_limit(amounts["max"], size),
        max_market_quantity=_limit(market["limits"].get("market", {}).get("max"), size),
        min_notional=_limit(market["limits"]["cost"]["min"], Decimal(1)),
    )


def _limit(value: str | None, size: Decimal) -> Decimal | None:
    """A stated limit in base units; venues write 0 where they have none."""
    limit = Decimal(value or 0) * size
    return limit if limit > 0 else None
