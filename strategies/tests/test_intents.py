"""What an alert asks for survives its storage, and is carried out in the agreed order."""

import json
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from accounts.exchange.types import OrderType, Side
from strategies.intents import (
    Action,
    Intent,
    Size,
    SizeKind,
    from_json,
    in_order_of_execution,
    to_json,
)

numbers = st.decimals(allow_nan=False, allow_infinity=False)
intents = st.builds(
    Intent,
    action=st.sampled_from(Action),
    symbol=st.text(),
    side=st.none() | st.sampled_from(Side),
    order_type=st.none() | st.sampled_from(OrderType),
    size=st.none() | st.builds(Size, kind=st.sampled_from(SizeKind), value=numbers),
    limit_price=st.none() | numbers,
    trigger_price=st.none() | numbers,
    order_id=st.text(),
    priority=st.integers(),
    close_first=st.booleans(),
    is_reversal=st.booleans(),
    after_close=st.booleans(),
)


@given(intents)
def test_an_intent_is_read_back_as_it_was_stored(intent: Intent) -> None:
    assert from_json(json.loads(json.dumps(to_json(intent)))) == intent


def place(order_type: OrderType, *, priority: int = 0, symbol: str = "BTC/USDT") -> Intent:
    return Intent(
        action=Action.PLACE, symbol=symbol, side=Side.BUY, order_type=order_type, priority=priority
    )


def test_cancels_come_before_market_before_limit_before_stop_orders() -> None:
    stop, limit = place(OrderType.STOP_LIMIT), place(OrderType.LIMIT)
    market, cancel = place(OrderType.MARKET), Intent(action=Action.CANCEL_ALL)

    assert in_order_of_execution([stop, limit, market, cancel]) == [cancel, market, limit, stop]


def test_a_lower_priority_number_comes_first_whatever_the_type() -> None:
    late_cancel = Intent(action=Action.CANCEL, order_id="1", priority=2)
    limit, stop = place(OrderType.LIMIT, priority=1), place(OrderType.STOP_MARKET, priority=-1)

    assert in_order_of_execution([late_cancel, limit, stop]) == [stop, limit, late_cancel]


def test_equal_intents_keep_the_order_of_the_alert() -> None:
    given_order = [place(OrderType.LIMIT, symbol=symbol) for symbol in ("B", "A", "C")]

    assert in_order_of_execution(given_order) == given_order


def test_only_a_negative_percentage_closes() -> None:
    assert Size(kind=SizeKind.PERCENT, value=Decimal(-1)).is_close
    assert not Size(kind=SizeKind.PERCENT, value=Decimal(1)).is_close
    assert not Size(kind=SizeKind.QUANTITY, value=Decimal(-1)).is_close
