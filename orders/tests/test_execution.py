"""An alert becomes orders at the running sandbox, on every subscribed account, once."""

import threading
from decimal import Decimal

import pytest
from django.db import connections
from pytest_django import Settings

from accounts.exchange.types import MarketType, OrderType, Side
from orders import execution
from orders.execution import Executor
from orders.models import Dispatch, Fill, Order, OrderEvent
from orders.results import is_settled
from orders.tests.broker import nudges_in_broker
from orders.tests.losing import lose_connection
from orders.tests.waiting import wait_for
from orders.tests.world import (
    World,
    cancel_all,
    dispatches_of,
    limit_buy,
    market,
    orders_of,
    place,
    position_of,
)


def test_one_alert_places_one_order_on_every_subscribed_account(world: World) -> None:
    accounts = [world.account(name) for name in ("A1", "A2", "A3")]
    strategy = world.strategy("test1", *accounts)

    orders = world.trade(strategy, limit_buy("90000", percent="5"))

    assert [order.status for order in orders] == ["ACCEPTED"] * 3
    assert [order.quantity for order in orders] == [Decimal("0.00555")] * 3
    at_venue = world.venue_orders()
    assert {order["clientOrderId"] for order in at_venue} == {
        order.client_order_id for order in orders
    }
    assert {(order["account"], str(order["orderId"])) for order in at_venue} == {
        (order.account.name, order.venue_order_id) for order in orders
    }
    assert {(order["price"], order["origQty"]) for order in at_venue} == {
        ("90000.00000000", "0.00555000")
    }


def test_each_account_is_sized_by_its_own_capital(world: World) -> None:
    small, large = world.account("A1"), world.account("A2")
    strategy = world.strategy("test1")
    world.subscribe(strategy, small, capital="9000")
    world.subscribe(strategy, large, capital="18000")

    orders = world.trade(strategy, limit_buy("90000", percent="10"))

    assert [order.quantity for order in orders] == [Decimal("0.01"), Decimal("0.02")]


def test_the_history_of_an_order_is_written_with_it(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))

    (order,) = world.trade(strategy, limit_buy())

    events = OrderEvent.objects.filter(order=order).values_list("from_status", "to_status")
    assert list(events) == [("INITIALIZED", "SUBMITTED"), ("SUBMITTED", "ACCEPTED")]


@pytest.mark.scenario(66)
def test_a_market_buy_is_booked_at_once_and_a_close_sells_exactly_what_is_held(
    world: World,
) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1", account)
    world.set_price("BTCUSDT", "100000")

    (bought,) = world.trade(strategy, market(Side.BUY, percent="10"))
    held = position_of(strategy, account)
    (sold,) = world.trade(strategy, market(Side.SELL, percent="-100"))

    assert bought.status == "FILLED"
    assert bought.quantity == bought.filled_quantity == Decimal("0.01")
    fees = sum(fill.fee_quantity for fill in Fill.objects.filter(order=bought))
    assert fees == Decimal("0.00001")
    assert held == Decimal("0.00999")
    assert sold.status == "FILLED"
    assert sold.quantity == held
    assert position_of(strategy, account) == 0


def test_a_futures_position_opens_with_leverage_and_closes_reduce_only(world: World) -> None:
    account = world.account("A1")
    strategy = world.strategy(
        "perp", account, market_type=MarketType.FUTURES, capital="1000", leverage=3
    )
    world.set_price("BTCUSDT", "100000")

    (opened,) = world.trade(strategy, market(Side.SELL, symbol="BTCUSDT.P", percent="100"))
    held = position_of(strategy, account, "BTC/USDT:USDT")
    (closed,) = world.trade(strategy, market(Side.BUY, symbol="BTCUSDT", percent="-100"))

    assert (opened.status, opened.quantity) == ("FILLED", Decimal("0.03"))
    assert held == Decimal("-0.03")
    assert (closed.status, closed.reduce_only) == ("FILLED", True)
    assert position_of(strategy, account, "BTC/USDT:USDT") == 0
    assert all(fill.fee_quantity > 0 for fill in Fill.objects.all())


@pytest.mark.scenario(8)
def test_a_dispatch_delivered_twice_places_its_orders_once(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"), world.account("A2"))
    signal = world.alert(strategy, limit_buy())

    world.execute(signal)
    again = world.execute(signal)

    assert len(again) == 2
    assert len(world.venue_orders()) == 2


@pytest.mark.scenario(44)
def test_two_workers_nudged_at_the_same_time_place_the_orders_once(world: World) -> None:
    strategy = world.strategy("test1", *[world.account(f"A{n}") for n in range(1, 5)])
    signal = world.alert(strategy, limit_buy())
    start = threading.Barrier(4)

    def nudged() -> None:
        start.wait()
        world.execute(signal)
        connections.close_all()

    threads = [threading.Thread(target=nudged) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(orders_of(signal)) == 4
    assert len(world.venue_orders()) == 4


@pytest.mark.complaint(22)
def test_stop_orders_rest_at_the_venue(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    world.set_price("BTCUSDT", "100000")
    stop_limit = place(
        "BTC/USDT",
        Side.BUY,
        OrderType.STOP_LIMIT,
        quantity="0.001",
        price="111000",
        stop="110000",
    )
    stop_market = place(
        "BTC/USDT", Side.BUY, OrderType.STOP_MARKET, quantity="0.001", stop="110000"
    )

    orders = world.trade(strategy, stop_limit, stop_market)

    assert [order.status for order in orders] == ["ACCEPTED", "ACCEPTED"]
    assert {(order["type"], order["stopPrice"]) for order in world.venue_orders()} == {
        ("STOP_LOSS_LIMIT", "110000.00000000"),
        ("STOP_LOSS", "110000.00000000"),
    }


@pytest.mark.scenario(48)
@pytest.mark.complaint(2)
def test_a_hundred_accounts_get_a_hundred_orders_by_one_task_per_shard(
    world: World, settings: Settings
) -> None:
    accounts = [world.account(f"A{number:03}") for number in range(100)]
    strategy = world.strategy("test1", *accounts)

    nudges_in_broker()

    signal = world.alert(strategy, limit_buy())
    tasks = nudges_in_broker()
    orders = world.execute(signal)

    assert sorted(tasks) == sorted(dispatches_of(signal))
    assert len(tasks) == settings.SHARDS
    assert [order.status for order in orders] == ["ACCEPTED"] * 100
    assert len(world.venue_orders()) == 100
    assert Order.objects.count() == 100
    assert is_settled(signal.pk)


def test_alerts_of_a_strategy_are_committed_in_the_order_they_came(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    earlier = world.alert(strategy, limit_buy())
    later = world.alert(strategy, cancel_all())

    world.execute(later)

    (order,) = orders_of(earlier)
    assert order.status == "CANCELED"
    assert [row["status"] for row in world.venue_orders()] == ["CANCELED"]


@pytest.mark.scenario(98)
def test_a_close_does_not_overtake_an_entry_whose_connection_was_lost(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1", account)
    entry = world.alert(strategy, market(Side.BUY, percent="10"))
    close = world.alert(strategy, market(Side.SELL, percent="-100"))
    lose_connection(monkeypatch, execution, "plan_of")

    first_try = world.execute(close)
    world.execute(close)  # as the sweep has it done

    assert first_try == []
    assert [order.status for order in (*orders_of(entry), *orders_of(close))] == ["FILLED"] * 2
    assert position_of(strategy, account) < Decimal("0.0001")  # what is less than a step is left


@pytest.mark.complaint(23)
def test_an_alert_waits_for_no_venue_before_its_commit(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, limit_buy())  # the market table is loaded
    world.post("/sandbox/latency", {"ms": 1500})
    signal = world.alert(strategy, limit_buy())

    futures = world.begin(signal)

    (order,) = orders_of(signal)
    assert order.status == "SUBMITTED"
    for future in futures:
        future.result(timeout=30)
    assert orders_of(signal)[0].status == "ACCEPTED"


def test_orders_under_way_are_written_before_a_worker_ends(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    signal = world.alert(strategy, limit_buy())
    executor = Executor()

    for dispatch_id in dispatches_of(signal):
        executor.execute_dispatch(dispatch_id)
    executor.stop(drain_seconds=10)

    assert [order.status for order in orders_of(signal)] == ["ACCEPTED"]
    assert not Dispatch.objects.filter(settled_at__isnull=True).exists()


def test_what_waits_for_its_strategys_other_alerts_is_not_taken_up_yet(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    first, second = (world.alert(strategy, limit_buy()) for _ in range(2))

    world.execute(first)
    wait_for(lambda: is_settled(second.pk))

    before, behind = Dispatch.objects.order_by("id")
    assert before.written_at is not None
    assert behind.picked_up_at is not None
    assert before.written_at <= behind.picked_up_at
