"""One poll of an account brings our orders to where the exchange has them, and no further."""

from datetime import timedelta
from decimal import Decimal

import pytest
from aiohttp import web
from django.db import connection
from pytest_django import Settings

from accounts.exchange.types import MarketType, OrderType, Side
from orders.models import Feed, Fill, Order, StrayOrder, StreamState
from orders.polling.tests.polls import (
    cancel_by_hand,
    feed,
    poll,
    poll_due,
    reasons,
)
from orders.tests.selective_proxy import CountCalls, SelectiveProxy, hang
from orders.tests.world import World, limit_buy, market, place, position_of


def test_a_resting_order_filled_at_the_exchange_is_booked_by_one_poll(world: World) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1", account)
    world.set_price("BTCUSDT", "100000")
    (order,) = world.trade(strategy, limit_buy("90000", percent="9"))
    world.set_price("BTCUSDT", "89000")

    (result,) = poll(world)

    order.refresh_from_db()
    assert (order.status, order.filled_quantity) == ("FILLED", Decimal("0.01"))
    fill = Fill.objects.get(order=order)
    assert (fill.quantity, fill.price) == (Decimal("0.01"), Decimal(90000))
    assert (fill.fee_quantity, fill.fee_currency) == (Decimal("0.00001"), "BTC")
    assert position_of(strategy, account) == Decimal("0.00999")
    assert (result.at_venue, result.ours, result.updated, result.problem) == (0, 0, 1, "")


@pytest.mark.scenario(72)
def test_an_order_canceled_by_hand_at_the_exchange_ends_here(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    (order,) = world.trade(strategy, limit_buy())
    cancel_by_hand(order)

    poll(world)

    order.refresh_from_db()
    assert (order.status, order.filled_quantity) == ("CANCELED", Decimal(0))


def test_a_poll_that_finds_nothing_new_writes_nothing(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    (order,) = world.trade(strategy, limit_buy())
    before = Order.objects.filter(pk=order.pk).values().get(), reasons(order)

    results = poll(world) + poll(world)

    assert [(result.at_venue, result.ours, result.updated) for result in results] == [(1, 1, 0)] * 2
    assert (Order.objects.filter(pk=order.pk).values().get(), reasons(order)) == before


def test_a_waiting_stop_on_futures_is_found_and_its_fill_booked(world: World) -> None:
    account = world.account("A1")
    world.post(
        "/sandbox/deposit",
        {"account": "A1", "market": "futures", "asset": "USDT", "amount": "10000"},
    )
    strategy = world.strategy("perp", account, market_type=MarketType.FUTURES)
    world.set_price("BTCUSDT", "100000")
    (order,) = world.trade(
        strategy,
        place("BTC/USDT", Side.BUY, OrderType.STOP_MARKET, quantity="0.01", stop="101000"),
    )
    (waiting,) = poll(world)
    world.set_price("BTCUSDT", "101500")

    (triggered,) = poll(world)

    order.refresh_from_db()
    assert (waiting.at_venue, waiting.ours, waiting.updated) == (1, 1, 0)
    assert (triggered.at_venue, triggered.updated) == (0, 1)
    assert (order.status, order.filled_quantity) == ("FILLED", Decimal("0.01"))
    assert position_of(strategy, account, "BTC/USDT:USDT") == Decimal("0.01")


def test_an_order_whose_outcome_was_unknown_is_adopted(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    signal = world.alert(strategy, limit_buy())
    world.execute(signal)
    world.forget_answers(signal)
    Order.objects.update(outcome_unknown_since=world.now())

    poll(world)

    order = Order.objects.get()
    assert (order.status, order.outcome_unknown_since) == ("ACCEPTED", None)
    assert len(world.venue_orders()) == 1


def test_an_order_under_way_is_left_alone(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    signal = world.alert(strategy, limit_buy(), limit_buy("80000"))
    world.execute(signal)
    world.forget_answers(signal)
    Order.objects.filter(intent_index=1).update(status="ACCEPTED", answered_at=world.now())

    poll(world)

    under_way = Order.objects.get(intent_index=0)
    assert (under_way.status, under_way.answered_at) == ("SUBMITTED", None)
    assert StrayOrder.objects.count() == 0


def test_an_inactive_account_s_open_orders_are_still_ours(world: World) -> None:
    account = world.account("A1")
    (order,) = world.trade(world.strategy("test1", account), limit_buy())
    account.is_active = False
    account.save()
    cancel_by_hand(order)

    poll(world)

    order.refresh_from_db()
    assert order.status == "CANCELED"


def test_an_exchange_that_is_away_changes_nothing_and_is_named(
    world: World, settings: Settings
) -> None:
    account = world.account("A1")
    (order,) = world.trade(world.strategy("test1", account), limit_buy())
    before = Order.objects.filter(pk=order.pk).values().get(), reasons(order)
    world.restart_executor()
    settings.SANDBOX_URL = "http://127.0.0.1:9"

    (result,) = poll(world)

    assert result.problem.startswith("NOT_CONNECTED")
    assert feed(account).poll_problem == result.problem
    assert (Order.objects.filter(pk=order.pk).values().get(), reasons(order)) == before


def test_a_hanging_account_delays_no_other_and_is_not_asked_twice(
    world: World, settings: Settings
) -> None:
    strategy = world.strategy("test1", world.account("A1"), world.account("A2"))
    hung, order = world.trade(strategy, limit_buy())
    cancel_by_hand(order)
    settings.EXCHANGE_TIMEOUT_SECONDS = 5
    with SelectiveProxy(world.url, api_key="key-A1", misbehaviour=hang) as proxy:
        world.restart_executor()
        settings.SANDBOX_URL = proxy.url
        Feed.objects.update(polled_at=None)

        first = [world.executor.poll(shard) for shard in range(2)]
        Feed.objects.update(polled_at=None)
        second = poll_due(world)

        assert [result.account_name for result in second if result.account_name == "A1"] == []
        results = [result for future in first for result in future.result(timeout=30)]
    problems = {result.account_name: bool(result.problem) for result in [*results, *second]}
    assert problems == {"A1": True, "A2": False}
    hung.refresh_from_db()
    order.refresh_from_db()
    assert (hung.status, order.status) == ("ACCEPTED", "CANCELED")


async def hang_lists(request: web.Request) -> web.Response | None:
    """Never list open orders; everything else works."""
    return await hang(request) if request.path == "/api/v3/openOrders" else None


def test_an_account_s_orders_do_not_wait_for_its_poll(world: World, settings: Settings) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1", account)
    world.trade(strategy, limit_buy())
    with SelectiveProxy(world.url, misbehaviour=hang_lists) as proxy:
        world.restart_executor()
        settings.SANDBOX_URL = proxy.url

        polling = world.executor.poll(account.pk % 2)
        (order,) = world.trade(strategy, limit_buy())

        assert (order.status, polling.done()) == ("ACCEPTED", False)
        polling.cancel()


def test_a_poll_asked_for_during_a_poll_comes_after_it(world: World, settings: Settings) -> None:
    account = world.account("A1")
    world.trade(world.strategy("test1", account), limit_buy())
    with SelectiveProxy(world.url, misbehaviour=hang_lists) as proxy:
        world.restart_executor()
        settings.SANDBOX_URL = proxy.url
        polling = world.executor.poll(account.pk % 2)

        Feed.objects.update(polled_at=None)
        during = poll_due(world)

        assert (during, polling.done(), feed(account).polled_at) == ([], False, None)
        polling.cancel()


@pytest.mark.scenario(46)
def test_two_polls_at_once_book_once(world: World) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1", account)
    world.set_price("BTCUSDT", "100000")
    (order,) = world.trade(strategy, limit_buy("90000", percent="9"))
    world.set_price("BTCUSDT", "89000")
    other = World(url=world.url, executor=type(world.executor)(), owner=world.owner)
    shard = account.pk % 2

    poll_of_one = world.executor.poll(shard)
    Feed.objects.update(polled_at=None)
    poll_of_other = other.executor.poll(shard)
    poll_of_one.result(timeout=30)
    poll_of_other.result(timeout=30)
    other.executor._poller.stop()

    order.refresh_from_db()
    assert (order.status, Fill.objects.count()) == ("FILLED", 1)
    assert position_of(strategy, account) == Decimal("0.00999")
    assert [reason for reason in reasons(order) if "closed" in reason] == [
        "closed at the exchange, 0.01 filled"
    ]


def test_accounts_are_polled_seldom_while_their_stream_is_up(world: World) -> None:
    account = world.account("A1")
    world.trade(world.strategy("test1", account), limit_buy())
    poll(world)
    now = world.now()

    def is_due(*, polled: int, seen: int, state: StreamState = StreamState.UP) -> bool:
        Feed.objects.update(
            polled_at=now - timedelta(seconds=polled),
            stream_state=state,
            stream_seen_at=now - timedelta(seconds=seen),
        )
        return len(poll_due(world)) == 1

    assert not is_due(polled=30, seen=1)
    assert is_due(polled=61, seen=1)
    assert is_due(polled=6, seen=40)
    assert is_due(polled=6, seen=1, state=StreamState.DOWN)
    assert not is_due(polled=2, seen=40, state=StreamState.DOWN)


def test_an_idle_account_is_not_polled(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, market(Side.BUY, quantity="0.01"))

    assert poll(world) == []
    assert Feed.objects.count() == 0


def test_a_poll_locks_no_order_that_stands_where_it_stood(world: World) -> None:
    strategy = world.strategy("test1", *(world.account(f"A{number}") for number in range(4)))
    world.trade(strategy, *(limit_buy(str(80000 + step)) for step in range(5)))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM FREEZE orders_order")  # forgets who locked the rows before

    results = poll(world)

    assert [result.ours for result in results] == [5] * 4
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM orders_order WHERE xmax <> '0'")
        assert cursor.fetchone() == (0,)


def test_a_round_costs_one_list_per_account_and_a_look_up_per_order_missing_from_it(
    world: World, settings: Settings
) -> None:
    strategy = world.strategy("test1", *(world.account(f"A{number}") for number in range(4)))
    orders = world.trade(strategy, *(limit_buy(str(80000 + step)) for step in range(5)))
    cancel_by_hand(orders[0])
    count = CountCalls()
    with SelectiveProxy(world.url, misbehaviour=count) as proxy:
        world.restart_executor()
        settings.SANDBOX_URL = proxy.url

        poll(world)

    assert sorted(count.calls) == [
        ("GET", "/api/v3/openOrders"),
        ("GET", "/api/v3/openOrders"),
        ("GET", "/api/v3/openOrders"),
        ("GET", "/api/v3/openOrders"),
        ("GET", "/api/v3/order"),
    ]
