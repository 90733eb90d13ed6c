"""Changed orders are written back whole, in one statement."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.forms.models import model_to_dict
from pytest_django import DjangoAssertNumQueries

from orders.models import Order
from orders.order_store import write_orders
from orders.tests.rows import make_order
from strategies.models import Signal, Subscription
from strategies.tests.rows import NOON

_LATER = NOON + timedelta(seconds=1)
# What an order is; everything else may change and must then be written.
_FOR_LIFE = {
    "id",
    "signal",
    "intent_index",
    "attempt",
    "parent",
    "subscription",
    "account",
    "client_order_id",
    "side",
    "order_type",
    "is_close",
    "created_at",
}


def changed(signal: Signal) -> dict[str, Any]:
    """Another value for every column that may change; each exact to the last digit."""
    return {
        "symbol": "BTC/USDT:USDT",
        "quantity": Decimal("123456789012345678.123456789012345678"),
        "limit_price": Decimal("0.000000000000000001"),
        "trigger_price": Decimal("89000"),
        "reduce_only": True,
        "status": "PENDING_CANCEL",
        "venue_order_id": "it's \\ {quoted}, NULL",
        "filled_quantity": Decimal("0.1"),
        "average_price": Decimal("89999.5"),
        "venue_filled_quantity": Decimal("0.2"),
        "error_code": "",
        "error_message": "주문 取消 %s",
        "outcome_unknown_since": _LATER,
        "missed_look_ups": 2,
        "looked_up_at": NOON,
        "needs_attention": True,
        "cancel_signal": signal,
        "cancel_sent_at": _LATER,
        "submitted_at": _LATER,
        "answered_at": _LATER,
        "closed_at": None,
        "updated_at": _LATER,
    }


def stored(order: Order) -> dict[str, Any]:
    """The order as it is in the database."""
    found = Order.objects.get(pk=order.pk)
    return {**model_to_dict(found), "updated_at": found.updated_at}


@pytest.mark.parametrize("others", [0, 1], ids=["alone", "with another that differs"])
def test_every_column_that_may_change_is_written(
    subscription: Subscription, signal: Signal, others: int
) -> None:
    order = make_order(subscription, signal)
    beside = [make_order(subscription, signal) for _ in range(others)]
    before = [{**model_to_dict(other), "updated_at": _LATER} for other in beside]
    values = changed(signal)
    for name, value in values.items():
        setattr(order, name, value)

    write_orders([order, *beside], now=_LATER)

    columns = {field.name for field in Order._meta.concrete_fields}
    written = Order.objects.get(pk=order.pk)
    assert set(values) == columns - _FOR_LIFE
    assert {name: getattr(written, name) for name in values} == values
    assert [stored(other) for other in beside] == before


def test_many_orders_are_written_in_one_statement_and_no_other_is_touched(
    subscription: Subscription,
    signal: Signal,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    first, second, other = (make_order(subscription, signal) for _ in range(3))
    untouched = model_to_dict(other)
    first.venue_order_id, second.venue_order_id = "first", "second"

    with django_assert_num_queries(1):
        write_orders([first, second], now=_LATER)

    rows = Order.objects.order_by("id").values_list("venue_order_id", "updated_at")
    assert list(rows) == [
        ("first", _LATER),
        ("second", _LATER),
        (other.venue_order_id, NOON),
    ]
    assert model_to_dict(Order.objects.get(pk=other.pk)) == untouched


@pytest.mark.django_db
def test_nothing_to_write_asks_the_database_nothing(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        write_orders([], now=_LATER)
