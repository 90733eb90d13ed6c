"""The orders of the contract tests, and what a venue receives for one of them."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.exchange import gateway
from accounts.exchange.tests.asking import login, ticket, wait
from accounts.exchange.tests.scripted_venue import ScriptedVenue
from accounts.exchange.types import (
    ExchangeAnswer,
    MarketType,
    OrderTicket,
    OrderType,
    Side,
)

SIGNING = frozenset({"timestamp", "signature", "recvWindow"})
FUTURES = "BTC/USDT:USDT"

MARKET_BUY = ticket(OrderType.MARKET, Side.BUY)
MARKET_SELL = ticket(OrderType.MARKET, Side.SELL)
LIMIT = ticket(OrderType.LIMIT, Side.BUY, limit_price="90000.1")
STOP_LIMIT = ticket(OrderType.STOP_LIMIT, Side.SELL, limit_price="88999.9", trigger_price="89000")
STOP_MARKET = ticket(OrderType.STOP_MARKET, Side.BUY, trigger_price="91000")


def on_futures(order: OrderTicket, **changes: Any) -> OrderTicket:
    fields = {name: getattr(order, name) for name in OrderTicket.__slots__}
    return OrderTicket(**{**fields, "symbol": FUTURES, **changes})


def sent_for(
    venue: ScriptedVenue,
    name: str,
    market_type: MarketType,
    listing: Callable[[ScriptedVenue], None],
    order: OrderTicket,
) -> tuple[str, str, dict[str, Any]]:
    """The one order request that the venue receives; it answers nothing of use."""
    listing(venue)
    with pytest.raises(ExchangeAnswer):
        wait(gateway.place(login(name, market_type), order))
    [request] = [r for r in venue.requests if r.method == "POST"]
    fields = {name: value for name, value in request.fields.items() if name not in SIGNING}
    return request.host, request.path, fields
