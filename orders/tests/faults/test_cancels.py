"""Cancels that are lost, late or race a fill: the order ends as the venue has it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F
from pytest_django import Settings

from accounts.exchange.types import OrderType, Side
from orders.models import Order
from orders.results import results_of
from orders.tests.faults.scene import at_venue, heal, in_our_books, requests, spoil, unproven
from orders.tests.world import World, cancel_all, limit_buy, place, position_of

pytestmark = pytest.mark.usefixtures("short_timeout")


def let_cancels_become_due(world: World) -> None:
    """As if the last cancel had been sent a minute earlier."""
    Order.objects.update(cancel_sent_at=F("cancel_sent_at") - timedelta(seconds=60))


@pytest.mark.scenario(17)
@unproven
def test_cancel_that_was_done_without_an_answer_is_found_to_be_done(
    world: World, fault: dict[str, Any]
) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    (order,) = world.trade(strategy, limit_buy())
    spoil(world, on="cancels", booked=True, **fault)

    signal = world.cancel_all(strategy)

    order.refresh_from_db()
    assert order.status == "CANCELED"
    assert [(row.state, row.error_code) for row in results_of(signal.pk).rows] == [("success", "")]
    assert at_venue(world) == in_our_books()


@pytest.mark.scenario(17)
@unproven
def test_cancel_that_got_lost_is_asked_again_until_the_order_has_ended(
    world: World, fault: dict[str, Any]
) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    (order,) = world.trade(strategy, limit_buy())
    spoil(world, on="cancels", booked=False, times=None, **fault)
    signal = world.cancel_all(strategy)
    order.refresh_from_db()
    status = order.status
    told = [row.error_code for row in results_of(signal.pk).rows]

    heal(world)
    let_cancels_become_due(world)
    world.send_due_cancels()

    order.refresh_from_db()
    assert (status, told) == ("PENDING_CANCEL", ["CANCEL_NOT_CONFIRMED"])
    assert order.status == "CANCELED"
    assert at_venue(world) == in_our_books()


@pytest.mark.scenario(14)
def test_full_fill_behind_a_cancel_without_an_answer_is_booked(world: World) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1", account)
    (order,) = world.trade(strategy, limit_buy("90000", percent="9"))
    spoil(world, on="cancels", do="cut", booked=False, times=2)
    world.cancel_all(strategy)
    world.set_price("BTCUSDT", "89000")

    let_cancels_become_due(world)
    world.send_due_cancels()

    order.refresh_from_db()
    assert (order.status, order.filled_quantity) == ("FILLED", Decimal("0.01"))
    assert position_of(strategy, account) == Decimal("0.00999")
    assert at_venue(world) == in_our_books()


@pytest.mark.scenario(15)
def test_partial_fill_before_the_cancel_is_booked_with_it(world: World) -> None:
    buyer, seller = world.account("A1"), world.account("A2", balances={"BTC": "1"})
    world.set_price("BTCUSDT", "100000")
    buying, selling = world.strategy("buyer", buyer), world.strategy("seller", seller)
    (order,) = world.trade(buying, limit_buy("100000", percent="10"))
    sell = place("BTC/USDT", Side.SELL, OrderType.LIMIT, quantity="0.004", price="100000")
    world.trade(selling, sell)
    spoil(world, on="cancels", account="A1", do="status", status=504)

    world.cancel_all(buying)
    let_cancels_become_due(world)
    world.send_due_cancels()

    order.refresh_from_db()
    assert (order.status, order.filled_quantity) == ("CANCELED", Decimal("0.004"))
    assert position_of(buying, buyer) == Decimal("0.003996")
    assert at_venue(world) == in_our_books()


@pytest.mark.scenario(65)
def test_cancel_of_an_order_without_an_answer_reaches_it(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    spoil(world, on="orders", do="cut")
    (order,) = world.trade(strategy, limit_buy())

    world.cancel_all(strategy)

    order.refresh_from_db()
    assert order.status == "CANCELED"
    assert at_venue(world) == in_our_books() == {order.client_order_id: ("CANCELED", Decimal(0))}


@pytest.mark.scenario(17)
def test_cancel_told_that_there_is_no_such_order_does_not_end_one_that_rests(
    world: World,
) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    (order,) = world.trade(strategy, limit_buy())
    spoil(world, on="cancels", do="refuse", code=-2011)

    world.cancel_all(strategy)

    order.refresh_from_db()
    assert order.status in ("ACCEPTED", "PENDING_CANCEL")
    assert [status for status, _ in at_venue(world).values()] == ["NEW"]


@pytest.mark.parametrize("code", [-1008, -1021])
def test_refused_cancel_is_asked_again(world: World, code: int) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    (order,) = world.trade(strategy, limit_buy())
    spoil(world, on="cancels", do="refuse", code=code)

    world.cancel_all(strategy)
    let_cancels_become_due(world)
    world.send_due_cancels()

    order.refresh_from_db()
    assert order.status == "CANCELED"
    assert at_venue(world) == in_our_books()


@pytest.mark.scenario(64)
def test_lost_cancel_of_one_strategy_leaves_another_strategys_order_alone(world: World) -> None:
    account = world.account("A1")
    mine, others = world.strategy("mine", account), world.strategy("others", account)
    (order,) = world.trade(mine, limit_buy("90000"))
    (other,) = world.trade(others, limit_buy("90000"))
    spoil(world, on="cancels", do="silence", times=1)

    world.cancel_all(mine)
    let_cancels_become_due(world)
    world.send_due_cancels()

    assert at_venue(world) == {
        order.client_order_id: ("CANCELED", Decimal(0)),
        other.client_order_id: ("NEW", Decimal(0)),
    }
    assert at_venue(world) == in_our_books()


def test_cancel_that_waits_for_its_turn_is_not_sent_twice(world: World, settings: Settings) -> None:
    settings.EXCHANGE_TIMEOUT_SECONDS = 10
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, limit_buy(), limit_buy())
    world.post("/sandbox/latency", {"ms": 500})
    before = requests(world)
    canceling = world.begin(world.alert(strategy, cancel_all()))
    let_cancels_become_due(world)

    world.send_due_cancels()
    for future in canceling:
        future.result(timeout=30)

    assert requests(world) - before == 2
    assert [order.status for order in Order.objects.all()] == ["CANCELED"] * 2
