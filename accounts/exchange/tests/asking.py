"""Short ways to ask the gateway from a test: plain values in, waits for the loop."""

import json
from collections.abc import Coroutine
from dataclasses import asdict
from decimal import Decimal
from typing import Any, TypeVar

from accounts.exchange import gateway
from accounts.exchange.types import (
    Credentials,
    Environment,
    Login,
    MarketKey,
    MarketType,
    OrderReference,
    OrderReport,
    OrderTicket,
    OrderType,
    Side,
)
from tradeplatform.lib import loop
from tradeplatform.lib.encryption import encrypt

_Result = TypeVar("_Result")

CREDENTIALS = Credentials(api_key="our-key", secret="our-secret", passphrase="our-phrase")


def wait(call: Coroutine[Any, Any, _Result]) -> _Result:
    return loop.call(call, timeout_seconds=20)


def login(
    venue: str,
    market_type: MarketType = MarketType.SPOT,
    environment: Environment = Environment.LIVE,
    *,
    account_id: int = 1,
    credentials: Credentials = CREDENTIALS,
) -> Login:
    return Login(
        account_id=account_id,
        market=MarketKey(venue, environment, market_type),
        encrypted_credentials=encrypt(json.dumps(asdict(credentials))),
    )


def ticket(
    order_type: OrderType,
    side: Side,
    *,
    symbol: str = "BTC/USDT",
    quantity: str = "0.5",
    limit_price: str | None = None,
    trigger_price: str | None = None,
    reduce_only: bool = False,
) -> OrderTicket:
    return OrderTicket(
        client_order_id="ours1",
        symbol=symbol,
        side=side,
        order_type=order_type,
        quantity=Decimal(quantity),
        limit_price=None if limit_price is None else Decimal(limit_price),
        trigger_price=None if trigger_price is None else Decimal(trigger_price),
        reduce_only=reduce_only,
    )


def reference(
    venue_order_id: str = "",
    order_type: OrderType = OrderType.LIMIT,
    *,
    symbol: str = "BTC/USDT",
) -> OrderReference:
    return OrderReference(
        client_order_id="ours1",
        venue_order_id=venue_order_id,
        symbol=symbol,
        order_type=order_type,
    )


def found(
    venue: str,
    market_type: MarketType,
    order_type: OrderType = OrderType.LIMIT,
    *,
    symbol: str = "BTC/USDT",
) -> OrderReport:
    """What the gateway reports of the order that the venue calls 77."""
    asked = reference("77", order_type, symbol=symbol)
    return wait(gateway.fetch_report(login(venue, market_type), asked))
