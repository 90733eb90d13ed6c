"""News of an order that overtake each other: the newest stands, nothing is booked twice."""

from decimal import Decimal

import pytest

from accounts.exchange.types import Side
from accounts.models import Account
from orders.models import Feed, Fill, Order
from orders.tests.faults.scene import spoil
from orders.tests.streaming.conftest import account, start_streams, strategy, until
from orders.tests.world import World, limit_buy, market, position_of
from strategies.models import Strategy

__all__ = ["account", "start_streams", "strategy"]


@pytest.mark.scenario(21)
def test_fill_that_is_pushed_before_the_order_is_answered_is_booked_once(
    world: World, account: Account, strategy: Strategy
) -> None:
    spoil(world, on="orders", do="late", ms=3_000)

    signal = world.alert(strategy, market(Side.BUY, quantity="0.01"))
    work = world.begin(signal)
    until(lambda: Order.objects.get().status == "FILLED")
    is_answered = all(future.done() for future in work)
    for future in work:
        future.result(timeout=30)

    assert not is_answered
    assert (Order.objects.get().status, Fill.objects.count()) == ("FILLED", 1)
    assert position_of(strategy, account) == Decimal("0.00999")


@pytest.mark.scenario(22)
def test_list_of_open_orders_that_is_older_than_a_pushed_fill_takes_nothing_back(
    world: World, account: Account, strategy: Strategy
) -> None:
    (order,) = world.trade(strategy, limit_buy("90000", percent="9"))
    spoil(world, on="lists", do="late", ms=3_000)
    Feed.objects.update(polled_at=None)

    polling = world.executor.poll(account.pk % 2)
    until(lambda: world.get("/sandbox/faults")[0]["struck"] == 1)
    world.set_price("BTCUSDT", "89000")
    until(lambda: Order.objects.get().status == "FILLED")
    was_over = polling.done()
    polling.result(timeout=30)

    order.refresh_from_db()
    assert not was_over
    assert (order.status, order.filled_quantity) == ("FILLED", Decimal("0.01"))
    assert position_of(strategy, account) == Decimal("0.00999")
