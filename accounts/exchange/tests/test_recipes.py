"""What must not be sent is refused before it is."""

from dataclasses import replace
from decimal import Decimal

import pytest

from accounts.exchange.recipes import creation_of
from accounts.exchange.tests.asking import ticket
from accounts.exchange.types import (
    MarketRules,
    MarketType,
    NotSent,
    OrderTicket,
    OrderType,
    Side,
)
from accounts.exchange.venues import VENUES

_RULES = MarketRules(
    symbol="BTC/USDT",
    base="BTC",
    quote="USDT",
    market_type=MarketType.SPOT,
    is_active=True,
    quantity_step=Decimal("0.001"),
    price_tick=Decimal("0.1"),
    min_quantity=None,
    max_quantity=None,
    max_market_quantity=None,
    min_notional=None,
)
_ACCESS = VENUES["binance"].markets[MarketType.SPOT]
_LIMIT = ticket(OrderType.LIMIT, Side.BUY, limit_price="90000.1")


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (replace(_LIMIT, client_order_id=""), "CLIENT_ORDER_ID_INVALID"),
        (replace(_LIMIT, client_order_id="with-hyphen"), "CLIENT_ORDER_ID_INVALID"),
        (replace(_LIMIT, client_order_id="a" * 33), "CLIENT_ORDER_ID_INVALID"),
        (replace(_LIMIT, client_order_id="주문1"), "CLIENT_ORDER_ID_INVALID"),
        (replace(_LIMIT, quantity=Decimal(0)), "NUMBER_INVALID"),
        (replace(_LIMIT, quantity=Decimal("-0.5")), "NUMBER_INVALID"),
        (replace(_LIMIT, quantity=Decimal("NaN")), "NUMBER_INVALID"),
        (replace(_LIMIT, quantity=Decimal("Infinity")), "NUMBER_INVALID"),
        (replace(_LIMIT, quantity=Decimal("1e30")), "NUMBER_INVALID"),
        (replace(_LIMIT, quantity=Decimal("0.0005")), "NUMBER_INVALID"),
        (replace(_LIMIT, limit_price=Decimal("90000.15")), "NUMBER_INVALID"),
        (replace(_LIMIT, limit_price=None), "NUMBER_INVALID"),
        (replace(_LIMIT, order_type=OrderType.STOP_LIMIT), "NUMBER_INVALID"),
    ],
)
def test_a_ticket_that_the_venue_would_change_is_refused(order: OrderTicket, code: str) -> None:
    with pytest.raises(NotSent) as refusal:
        creation_of(order, access=_ACCESS, rules=_RULES, contract_size=Decimal(1))

    assert refusal.value.code == code


def test_a_market_order_carries_no_price_even_if_the_ticket_has_one() -> None:
    order = replace(_LIMIT, order_type=OrderType.MARKET)

    creation = creation_of(order, access=_ACCESS, rules=_RULES, contract_size=Decimal(1))

    assert (creation.type, creation.price) == ("market", None)


def test_reduce_only_means_nothing_on_spot_and_is_not_sent() -> None:
    order = replace(_LIMIT, reduce_only=True)

    creation = creation_of(order, access=_ACCESS, rules=_RULES, contract_size=Decimal(1))

    assert creation.params == {"clientOrderId": "ours1"}


def test_contracts_are_what_a_venue_counts_in() -> None:
    order = replace(_LIMIT, quantity=Decimal("0.07"))

    creation = creation_of(order, access=_ACCESS, rules=_RULES, contract_size=Decimal("0.01"))

    assert creation.amount == "7"
