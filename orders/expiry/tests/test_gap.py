"""Between an order's end and its replacement nothing waits for a beat, and nothing doubles."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.conf import settings

from accounts.exchange.types import OrderReport, Push, ReportStatus
from accounts.shards import shard_of
from orders import tasks, worker
from orders.execution import Executor
from orders.expiry.tests.rules import (
    beat,
    cancel_by_rule,
    chain,
    limit_sell,
    rule_of,
    selling,
    sold,
    together,
    unsettled,
)
from orders.models import Feed, Order
from orders.planning import login_of
from orders.polling.tests.polls import cancel_by_hand, poll
from orders.results import results_of
from orders.streaming.matching import book
from orders.tests.broker import nudges_in_broker
from orders.tests.world import World, cancel_all
from strategies.models import Strategy

_REPLACE = "orders.replace_ended"


@pytest.fixture
def strategy(world: World) -> Strategy:
    """Sells at the market what is 30 minutes old."""
    strategy = selling(world)
    rule_of(strategy, action="MARKET")
    return strategy


@pytest.fixture
def order(world: World, strategy: Strategy) -> Order:
    """An order whose cancel a rule has asked for."""
    (order,) = world.trade(strategy, limit_sell("110000"))
    beat(world, minutes=31)
    return order


@pytest.fixture
def other(world: World) -> Iterator[Executor]:
    """A second worker of the same shards."""
    executor = Executor()
    yield executor
    for part in (executor._sender, executor._poller, executor._threads):
        part.stop()


def replace_ended(executor: Executor, shard: int) -> None:
    """What the nudged task does, waiting for the venues."""
    for future in executor.replace_ended(shard):
        future.result(timeout=30)


def expire(world: World, shard: int) -> None:
    """What the beat's task does, waiting for the venues."""
    world.executor.expire(shard, now=world.now()).result(timeout=30)


def test_a_rule_that_asks_for_a_cancel_nudges_the_worker_that_sends_it(
    world: World, strategy: Strategy
) -> None:
    (order,) = world.trade(strategy, limit_sell("110000"))
    nudges_in_broker()

    beat(world, minutes=31)

    assert nudges_in_broker("orders.send_due_cancels") == [shard_of(order.account_id)]


def test_who_cancels_and_hears_of_the_end_has_the_rest_ordered(world: World, order: Order) -> None:
    nudges_in_broker()

    world.send_due_cancels()
    nudged = nudges_in_broker(_REPLACE)
    for shard in nudged:
        replace_ended(world.executor, shard)

    assert nudged == [shard_of(order.account_id)]
    assert [each.status for each in chain(order)] == ["CANCELED", "FILLED"]
    assert sold(world) == Decimal("0.5")


def test_a_poll_that_finds_the_end_has_the_rest_ordered(world: World, order: Order) -> None:
    cancel_by_hand(order)
    Feed.objects.update(polled_at=None)
    nudges_in_broker()

    poll(world)

    assert chain(order)[0].status == "CANCELED"
    assert nudges_in_broker(_REPLACE) == [shard_of(order.account_id)]


def test_a_pushed_end_has_the_rest_ordered(world: World, order: Order) -> None:
    cancel_by_hand(order)
    report = OrderReport(
        venue_order_id=order.venue_order_id,
        status=ReportStatus.CANCELED,
        filled_quantity=Decimal(0),
        average_price=None,
    )
    nudges_in_broker()

    market = login_of(order.account, order.subscription.strategy).market
    book([Push(order.account_id, market, order.symbol, order.client_order_id, report)])

    assert chain(order)[0].status == "CANCELED"
    assert nudges_in_broker(_REPLACE) == [shard_of(order.account_id)]


def test_an_end_that_no_rule_brought_about_nudges_nobody(world: World, strategy: Strategy) -> None:
    world.trade(strategy, limit_sell("110000"))
    nudges_in_broker()

    world.cancel_all(strategy)

    assert nudges_in_broker(_REPLACE) == []


def test_a_nudged_worker_sends_the_replacement(world: World, order: Order) -> None:
    world.send_due_cancels()

    tasks.replace_ended(shard_of(order.account_id))
    worker.stop()

    assert [each.status for each in chain(order)] == ["CANCELED", "FILLED"]


@pytest.mark.scenario(46)
def test_nudges_and_beats_of_two_workers_at_once_order_each_rest_once(
    world: World, strategy: Strategy, other: Executor
) -> None:
    firsts = [world.trade(strategy, limit_sell("110000", "0.1"))[0] for _ in range(5)]
    cancel_by_rule(world, minutes=31)
    shard = shard_of(firsts[0].account_id)

    together(
        lambda: replace_ended(world.executor, shard),
        lambda: replace_ended(world.executor, shard),
        lambda: replace_ended(other, shard),
        lambda: expire(world, shard),
        lambda: expire(world, shard),
    )
    replace_ended(world.executor, shard)

    assert [len(chain(first)) for first in firsts] == [2] * 5
    assert len(world.venue_orders(type="MARKET")) == 5
    assert sold(world) == Decimal("0.5")
    assert unsettled() == 0


@pytest.mark.parametrize("has_ended", [False, True])
def test_a_cancel_of_everything_answers_with_the_orders_whose_replacement_it_stopped(
    world: World, strategy: Strategy, order: Order, *, has_ended: bool
) -> None:
    if has_ended:
        world.send_due_cancels()

    signal = world.alert(strategy, cancel_all(symbol="BTC/USDT"))
    world.execute(signal)
    for shard in range(settings.SHARDS):
        replace_ended(world.executor, shard)

    (row,) = results_of(signal.pk).rows
    assert (row.client_order_id, row.state) == (order.client_order_id, "success")
    assert [each.status for each in chain(order)] == ["CANCELED"]
    assert sold(world) == 0


def test_a_cancel_of_everything_says_nothing_of_a_rest_in_another_symbol(
    world: World, strategy: Strategy, order: Order
) -> None:
    world.send_due_cancels()

    signal = world.alert(strategy, cancel_all(symbol="ETH/USDT"))
    world.execute(signal)

    assert results_of(signal.pk).rows == []
    assert unsettled() == 1
