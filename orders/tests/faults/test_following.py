"""Polls and look-ups of an accepted order that go wrong: nothing is lost, nothing goes back."""

from decimal import Decimal
from typing import Any

import pytest

from orders.models import Fill, Order
from orders.polling.tests.polls import poll
from orders.tests.faults.scene import (
    at_venue,
    heal,
    in_our_books,
    look_up_patiently,
    spoil,
    unproven,
)
from orders.tests.world import World, limit_buy, position_of

pytestmark = pytest.mark.usefixtures("short_timeout")


@pytest.mark.scenario(23)
@pytest.mark.complaint(16)
def test_accepted_order_that_its_venue_does_not_show_at_first_stays_open(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    (order,) = world.trade(strategy, limit_buy())
    spoil(world, on=["queries", "lists"], do="hide", ms=600_000)

    poll(world)
    look_up_patiently(world, 8, 12)

    order.refresh_from_db()
    assert order.status == "ACCEPTED"
    assert at_venue(world) == in_our_books()


@pytest.mark.scenario(24)
@pytest.mark.complaint(10)
@unproven
def test_poll_that_is_not_answered_changes_nothing_and_the_next_books_the_fill(
    world: World, fault: dict[str, Any]
) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1", account)
    (order,) = world.trade(strategy, limit_buy("90000", percent="9"))
    world.set_price("BTCUSDT", "89000")
    spoil(world, on=["queries", "lists"], times=None, **fault)
    poll(world)
    order.refresh_from_db()
    seen = (order.status, order.filled_quantity)

    heal(world)
    poll(world)
    poll(world)

    order.refresh_from_db()
    assert seen == ("ACCEPTED", Decimal(0))
    assert (order.status, order.filled_quantity) == ("FILLED", Decimal("0.01"))
    assert Fill.objects.filter(order=order).count() == 1
    assert position_of(strategy, account) == Decimal("0.00999")
    assert at_venue(world) == in_our_books()


@pytest.mark.scenario(24)
def test_executions_that_cannot_be_read_are_not_guessed(world: World) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1", account)
    (order,) = world.trade(strategy, limit_buy("90000", percent="9"))
    world.set_price("BTCUSDT", "89000")
    spoil(world, path="/api/v3/myTrades", do="status", status=502, times=None)
    poll(world)
    booked = Fill.objects.count(), position_of(strategy, account)

    heal(world)
    look_up_patiently(world, 8)

    order.refresh_from_db()
    assert booked == (0, Decimal(0))
    assert (order.status, order.filled_quantity) == ("FILLED", Decimal("0.01"))
    assert position_of(strategy, account) == Decimal("0.00999")


@pytest.mark.scenario(32)
def test_poll_under_maintenance_ends_no_order(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"), world.account("A2"))
    world.trade(strategy, limit_buy())
    spoil(world, do="refuse", code=-1016, times=None)

    results = poll(world)

    assert [result.updated for result in results] == [0, 0]
    assert all(result.problem for result in results)
    assert set(Order.objects.values_list("status", flat=True)) == {"ACCEPTED"}
