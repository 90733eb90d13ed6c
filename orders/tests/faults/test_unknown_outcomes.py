"""Nobody knows whether the order arrived: it is never sent again, looked up, and ends as it is."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.exchange.types import MarketType, OrderType, Side
from orders.models import Fill, Order
from orders.tests.faults.scene import (
    at_venue,
    heal,
    in_our_books,
    look_up_patiently,
    placements,
    spoil,
    unproven,
)
from orders.tests.world import World, limit_buy, market, place, position_of

pytestmark = pytest.mark.usefixtures("short_timeout")


def is_unknown(order: Order) -> bool:
    """Whether the order waits to be looked up."""
    return order.status == "SUBMITTED" and order.outcome_unknown_since is not None


@pytest.mark.scenario(1, 25, 26)
@pytest.mark.complaint(4, 5)
@unproven
def test_limit_order_that_was_accepted_is_adopted(world: World, fault: dict[str, Any]) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    spoil(world, on="orders", booked=True, **fault)

    (order,) = world.trade(strategy, limit_buy())
    was_unknown = is_unknown(order)
    world.look_up()

    order.refresh_from_db()
    assert was_unknown
    assert (order.status, order.outcome_unknown_since) == ("ACCEPTED", None)
    assert at_venue(world) == in_our_books() == {order.client_order_id: ("NEW", Decimal(0))}
    assert placements(world) == 1


@pytest.mark.scenario(3)
@unproven
def test_limit_order_that_was_not_accepted_ends_after_patience(
    world: World, fault: dict[str, Any]
) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    spoil(world, on="orders", booked=False, **fault)

    (order,) = world.trade(strategy, limit_buy())
    was_unknown = is_unknown(order)
    look_up_patiently(world)

    order.refresh_from_db()
    assert was_unknown
    assert (order.status, order.error_code) == ("REJECTED", "NOT_FOUND_AT_VENUE")
    assert at_venue(world) == in_our_books() == {}
    assert placements(world) == 1


@pytest.mark.scenario(2)
@pytest.mark.complaint(4)
@unproven
def test_market_order_that_was_filled_is_booked_once(world: World, fault: dict[str, Any]) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1", account)
    spoil(world, on="orders", booked=True, **fault)

    (order,) = world.trade(strategy, market(Side.BUY, quantity="0.01"))
    look_up_patiently(world, 0, 8)

    order.refresh_from_db()
    assert (order.status, order.filled_quantity) == ("FILLED", Decimal("0.01"))
    assert Fill.objects.filter(order=order).count() == 1
    assert position_of(strategy, account) == Decimal("0.00999")
    assert at_venue(world) == in_our_books()
    assert placements(world) == 1


@pytest.mark.scenario(2, 26)
def test_futures_order_that_was_filled_behind_a_504_is_booked_once(world: World) -> None:
    account = world.account("A1")
    strategy = world.strategy("perp", account, market_type=MarketType.FUTURES)
    spoil(world, on="orders", do="status", status=504)

    (order,) = world.trade(strategy, market(Side.SELL, symbol="BTCUSDT", quantity="0.01"))
    look_up_patiently(world, 0, 8)

    order.refresh_from_db()
    assert (order.status, order.filled_quantity) == ("FILLED", Decimal("0.01"))
    assert position_of(strategy, account, "BTC/USDT:USDT") == Decimal("-0.01")
    assert at_venue(world) == in_our_books()
    assert placements(world) == 1


@pytest.mark.scenario(1)
def test_order_partly_filled_before_the_connection_was_cut_is_adopted_with_its_fill(
    world: World,
) -> None:
    buyer, seller = world.account("A1"), world.account("A2", balances={"BTC": "1"})
    world.set_price("BTCUSDT", "100000")
    sell = place("BTC/USDT", Side.SELL, OrderType.LIMIT, quantity="0.004", price="100000")
    selling = world.strategy("seller", seller)
    buying = world.strategy("buyer", buyer)
    world.trade(selling, sell)
    spoil(world, on="orders", account="A1", do="cut")

    (order,) = world.trade(buying, limit_buy("100000", percent="10"))
    look_up_patiently(world, 0, 8)

    order.refresh_from_db()
    assert (order.status, order.filled_quantity) == ("PARTIALLY_FILLED", Decimal("0.004"))
    assert position_of(buying, buyer) == Decimal("0.003996")
    assert at_venue(world)[order.client_order_id] == ("PARTIALLY_FILLED", Decimal("0.004"))
    assert placements(world) == 2


@pytest.mark.scenario(1)
@pytest.mark.complaint(5)
def test_answer_that_says_duplicate_of_an_order_that_was_accepted_is_looked_up(
    world: World,
) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    spoil(world, on="orders", do="refuse", code=-2010, message="Duplicate order sent.", booked=True)

    (order,) = world.trade(strategy, limit_buy())
    was_unknown = is_unknown(order)
    world.look_up()

    order.refresh_from_db()
    assert was_unknown
    assert order.status == "ACCEPTED"
    assert (at_venue(world), placements(world)) == (in_our_books(), 1)


@pytest.mark.scenario(23)
@pytest.mark.complaint(16)
def test_order_that_its_venue_does_not_show_at_first_is_adopted_when_it_does(
    world: World,
) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    spoil(world, on="orders", do="silence")
    spoil(world, on=["queries", "lists"], do="hide", ms=600_000)
    (order,) = world.trade(strategy, limit_buy())
    look_up_patiently(world, 0, 8, 12, 22)
    order.refresh_from_db()
    was_unknown = is_unknown(order)

    heal(world)
    look_up_patiently(world, 42)

    order.refresh_from_db()
    assert was_unknown
    assert (order.status, order.missed_look_ups) == ("ACCEPTED", 0)
    assert (at_venue(world), placements(world)) == (in_our_books(), 1)


@pytest.mark.scenario(24)
@pytest.mark.complaint(10)
@unproven
def test_look_up_that_is_not_answered_either_says_nothing_about_the_order(
    world: World, fault: dict[str, Any]
) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    spoil(world, on="orders", do="cut")
    spoil(world, on=["queries", "lists"], times=None, **fault)
    (order,) = world.trade(strategy, limit_buy())
    look_up_patiently(world)
    order.refresh_from_db()
    seen = (order.status, order.missed_look_ups)

    heal(world)
    look_up_patiently(world, 42)

    order.refresh_from_db()
    assert seen == ("SUBMITTED", 0)
    assert order.status == "ACCEPTED"
    assert (at_venue(world), placements(world)) == (in_our_books(), 1)


@pytest.mark.scenario(32)
def test_maintenance_leaves_an_order_unknown_until_the_venue_can_tell(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, limit_buy("80000"))
    spoil(world, do="refuse", code=-1016, times=None)
    (order,) = world.trade(strategy, limit_buy("90000"))
    look_up_patiently(world)
    order.refresh_from_db()
    was_unknown = is_unknown(order)

    heal(world)
    look_up_patiently(world)

    order.refresh_from_db()
    assert was_unknown
    assert (order.status, order.error_code) == ("REJECTED", "NOT_FOUND_AT_VENUE")
    assert at_venue(world) == in_our_books()
    assert placements(world) == 2
