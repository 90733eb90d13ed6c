"""One order object of an alert becomes one intent."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.exchange.types import OrderType, Side
from strategies.intents import Action, Intent, Size, SizeKind
from webhooks.fields import Fields
from webhooks.order_parsing import parse_order
from webhooks.refusals import Refused

FIVE_PERCENT = Size(kind=SizeKind.PERCENT, value=Decimal(5))


def order(**changes: Any) -> Fields:
    usual = {"symbol": "BTC/USDT", "side": "buy", "order_type": "MARKET", "qty_per": "5"}
    fields = usual | changes
    return Fields({name: value for name, value in fields.items() if value is not None})


def placed(order_type: OrderType, **changes: Any) -> Intent:
    usual: dict[str, Any] = {"symbol": "BTC/USDT", "side": Side.BUY, "size": FIVE_PERCENT}
    return Intent(action=Action.PLACE, order_type=order_type, **(usual | changes))


def refusal_of(fields: Fields) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        parse_order(fields)
    return refused.value.reason.name, refused.value.field


@pytest.mark.parametrize(
    ("fields", "intent"),
    [
        (order(), placed(OrderType.MARKET)),
        (
            order(order_type="limit", price="90000"),
            placed(OrderType.LIMIT, limit_price=Decimal(90000)),
        ),
        (
            order(order_type="Stop_Limit", price="90000", stop_price="89000"),
            placed(OrderType.STOP_LIMIT, limit_price=Decimal(90000), trigger_price=Decimal(89000)),
        ),
        (
            order(order_type="STOP_MARKET", stop_price="89000"),
            placed(OrderType.STOP_MARKET, trigger_price=Decimal(89000)),
        ),
        (
            order(qty_per=None, quantity="0.01", priority="3"),
            placed(
                OrderType.MARKET,
                size=Size(kind=SizeKind.QUANTITY, value=Decimal("0.01")),
                priority=3,
            ),
        ),
        (
            order(qty_per=None, notional="250"),
            placed(OrderType.MARKET, size=Size(kind=SizeKind.NOTIONAL, value=Decimal(250))),
        ),
        (
            order(side="SELL", qty_per="-100"),
            placed(
                OrderType.MARKET,
                side=Side.SELL,
                size=Size(kind=SizeKind.PERCENT, value=Decimal(-100)),
            ),
        ),
        (order(close_first=True), placed(OrderType.MARKET, close_first=True)),
        (order(close_first=False), placed(OrderType.MARKET)),
        (order(reduce_only=False), placed(OrderType.MARKET)),
        (
            order(reduce_only=True, side="sell", qty_per="-100"),
            placed(
                OrderType.MARKET,
                side=Side.SELL,
                size=Size(kind=SizeKind.PERCENT, value=Decimal(-100)),
            ),
        ),
        (
            order(order_type="CANCEL", order_id="123", symbol=None, side=None, qty_per=None),
            Intent(action=Action.CANCEL, order_id="123"),
        ),
        (
            order(order_type="CANCEL_ALL_ORDER", symbol=None, side=None, qty_per=None),
            Intent(action=Action.CANCEL_ALL),
        ),
        (
            order(order_type="cancel_all_order", side="sell", qty_per=None),
            Intent(action=Action.CANCEL_ALL, symbol="BTC/USDT", side=Side.SELL),
        ),
    ],
)
def test_each_order_type_becomes_its_intent(fields: Fields, intent: Intent) -> None:
    parsed = parse_order(fields)

    assert parsed.intent == intent
    assert parsed.warnings == ()


@pytest.mark.parametrize(
    ("word", "side"),
    [("buy", Side.BUY), ("LONG", Side.BUY), ("Sell", Side.SELL), ("short", Side.SELL)],
)
def test_long_and_short_are_buy_and_sell(word: str, side: Side) -> None:
    assert parse_order(order(side=word)).intent.side == side


@pytest.mark.parametrize("order_type", ["LIMIT", "STOP_LIMIT", "STOP_MARKET"])
def test_a_close_may_be_any_order_type(order_type: str) -> None:
    fields = order(
        order_type=order_type, side="sell", qty_per="-50", price="90000", stop_price="91000"
    )

    assert parse_order(fields).intent.size == Size(kind=SizeKind.PERCENT, value=Decimal(-50))


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        (order(order_type=None), "FIELD_MISSING", "order_type"),
        (order(order_type="MARKET_IF_TOUCHED"), "ORDER_TYPE_UNKNOWN", "order_type"),
        (order(order_type=True), "ORDER_TYPE_UNKNOWN", "order_type"),
        (order(symbol=None), "FIELD_MISSING", "symbol"),
        (order(symbol="B" * 41), "TEXT_TOO_LONG", "symbol"),
        (order(side=None), "FIELD_MISSING", "side"),
        (order(side="hold"), "SIDE_UNKNOWN", "side"),
        (order(qty_per=None), "SIZE_MISSING", "qty_per"),
        (order(quantity="1"), "SIZE_AMBIGUOUS", "quantity"),
        (order(notional="1"), "SIZE_AMBIGUOUS", "notional"),
        (order(qty_per="0"), "QTY_PER_OUT_OF_RANGE", "qty_per"),
        (order(qty_per="-100.01"), "QTY_PER_OUT_OF_RANGE", "qty_per"),
        (order(qty_per="101"), "QTY_PER_OUT_OF_RANGE", "qty_per"),
        (order(qty_per="5%"), "NUMBER_EXPECTED", "qty_per"),
        (order(qty_per=None, quantity="0"), "NUMBER_NOT_POSITIVE", "quantity"),
        (order(qty_per=None, quantity="-1"), "NUMBER_NOT_POSITIVE", "quantity"),
        (order(qty_per=None, notional="0"), "NUMBER_NOT_POSITIVE", "notional"),
        (order(order_type="LIMIT"), "FIELD_MISSING", "price"),
        (order(order_type="LIMIT", price="0"), "NUMBER_NOT_POSITIVE", "price"),
        (order(order_type="LIMIT", price="1e400"), "NUMBER_OUT_OF_RANGE", "price"),
        (order(order_type="STOP_LIMIT", price="1"), "FIELD_MISSING", "stop_price"),
        (order(order_type="STOP_LIMIT", stop_price="1"), "FIELD_MISSING", "price"),
        (order(order_type="STOP_MARKET"), "FIELD_MISSING", "stop_price"),
        (order(order_type="STOP_MARKET", stop_price="-1"), "NUMBER_NOT_POSITIVE", "stop_price"),
        (order(close_first="true"), "BOOLEAN_EXPECTED", "close_first"),
        (order(close_first=1), "BOOLEAN_EXPECTED", "close_first"),
        (
            order(order_type="STOP_MARKET", stop_price="1", close_first=True),
            "CLOSE_FIRST_WITH_STOP",
            "close_first",
        ),
        (order(reduce_only=True), "REDUCE_ONLY_UNSUPPORTED", "reduce_only"),
        (order(reduceonly=True), "REDUCE_ONLY_UNSUPPORTED", "reduceonly"),
        (order(reduce_only="yes"), "BOOLEAN_EXPECTED", "reduce_only"),
        (order(priority="first"), "WHOLE_NUMBER_EXPECTED", "priority"),
        (order(order_type="CANCEL"), "FIELD_MISSING", "order_id"),
        (order(order_type="CANCEL", order_id=""), "FIELD_EMPTY", "order_id"),
        (order(order_type="CANCEL", order_id="1" * 65), "TEXT_TOO_LONG", "order_id"),
        (order(order_type="CANCEL_ALL_ORDER", side="hold"), "SIDE_UNKNOWN", "side"),
        (order(order_type="CANCEL_ALL_ORDER", symbol=""), "FIELD_EMPTY", "symbol"),
    ],
)
def test_what_its_sender_must_change_is_refused(fields: Fields, code: str, field: str) -> None:
    assert refusal_of(fields) == (code, field)


@pytest.mark.parametrize(
    ("fields", "ignored"),
    [
        (order(price="abc", stop_price="1"), ["price", "stop_price"]),
        (order(order_type="LIMIT", price="1", stop_price="2"), ["stop_price"]),
        (order(order_type="STOP_MARKET", price="1", stop_price="2"), ["price"]),
        (order(order_id="7"), ["order_id"]),
        (order(order_type="CANCEL", order_id="7", price="1"), ["price", "qty_per"]),
        (order(order_type="CANCEL_ALL_ORDER", order_id="7"), ["qty_per", "order_id"]),
        (order(order_type="CANCEL", order_id="7", close_first=True), ["qty_per", "close_first"]),
    ],
)
def test_what_means_nothing_here_is_ignored_with_a_warning(
    fields: Fields, ignored: list[str]
) -> None:
    parsed = parse_order(fields)

    word = fields.values["order_type"]
    assert parsed.warnings == tuple(
        f"{name} was ignored: {word} has no use for it." for name in ignored
    )


def test_a_market_order_loses_its_prices() -> None:
    intent = parse_order(order(price="90000", stop_price="89000")).intent

    assert (intent.limit_price, intent.trigger_price) == (None, None)
