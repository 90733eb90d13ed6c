"""What one account's trouble means for it and for the others."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from accounts.exchange.types import Side
from orders.models import Order, OrderEvent
from orders.results import is_settled, results_of
from orders.tests.selective_proxy import SelectiveProxy, answer_html, hang
from orders.tests.waiting import wait_for
from orders.tests.world import World, cancel_all, limit_buy, market, orders_of


@pytest.mark.scenario(38)
def test_an_account_that_hangs_holds_up_only_itself(world: World, settings: Settings) -> None:
    settings.EXCHANGE_TIMEOUT_SECONDS = 3
    strategy = world.strategy("test1", world.account("A1"), world.account("A2"))
    with SelectiveProxy(world.url, api_key="key-A2", misbehaviour=hang) as proxy:
        settings.SANDBOX_URL = proxy.url
        signal = world.alert(strategy, limit_buy())

        world.begin(signal)
        wait_for(lambda: orders_of(signal)[0].status == "ACCEPTED")
        waiting = orders_of(signal)[1]
        wait_for(lambda: is_settled(signal.pk))

    assert waiting.status == "SUBMITTED"
    assert waiting.outcome_unknown_since is None
    good, hanging = results_of(signal.pk).rows
    assert (good.state, good.account_name) == ("success", "A1")
    assert (hanging.state, hanging.error_code) == ("pending", "OUTCOME_UNKNOWN")
    assert [order["account"] for order in world.venue_orders()] == ["A1"]


@pytest.mark.scenario(38)
def test_a_hanging_account_does_not_hold_up_the_closes_of_others(
    world: World, settings: Settings
) -> None:
    settings.EXCHANGE_TIMEOUT_SECONDS = 3
    strategy = world.strategy("test1", world.account("A1"), world.account("A2"))
    world.trade(strategy, market(Side.BUY, percent="10"))
    with SelectiveProxy(world.url, api_key="key-A2", misbehaviour=hang) as proxy:
        settings.SANDBOX_URL = proxy.url
        world.restart_executor()
        signal = world.alert(strategy, market(Side.SELL, percent="-100"))

        world.begin(signal)
        wait_for(lambda: orders_of(signal)[0].status == "FILLED")
        hanging = orders_of(signal)[1].status
        wait_for(lambda: is_settled(signal.pk))

    assert hanging == "INITIALIZED"


def test_a_timeout_leaves_the_order_submitted_and_a_look_up_finds_it(
    world: World, settings: Settings
) -> None:
    settings.EXCHANGE_TIMEOUT_SECONDS = 1
    strategy = world.strategy("test1", world.account("A1"))
    world.post("/sandbox/latency", {"ms": 2000})

    (order,) = world.trade(strategy, limit_buy())
    unknown_since = order.outcome_unknown_since
    world.post("/sandbox/latency", {"ms": 0})
    world.look_up()
    order.refresh_from_db()

    assert unknown_since is not None
    assert order.status == "ACCEPTED"
    assert order.outcome_unknown_since is None
    assert [row["clientOrderId"] for row in world.venue_orders()] == [order.client_order_id]


def test_a_timeout_on_a_market_order_books_its_fills_once_when_found(
    world: World, settings: Settings
) -> None:
    settings.EXCHANGE_TIMEOUT_SECONDS = 1
    strategy = world.strategy("test1", world.account("A1"))
    world.post("/sandbox/latency", {"ms": 2000})

    (order,) = world.trade(strategy, market(Side.BUY, quantity="0.01"))
    status = order.status
    world.post("/sandbox/latency", {"ms": 0})
    world.look_up()
    world.look_up()
    order.refresh_from_db()

    assert status == "SUBMITTED"
    assert (order.status, order.filled_quantity) == ("FILLED", order.quantity)
    assert len(world.venue_orders()) == 1


def test_a_page_instead_of_an_answer_is_no_success_and_no_rejection(
    world: World, settings: Settings
) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    with SelectiveProxy(world.url, api_key="key-A1", misbehaviour=answer_html) as proxy:
        settings.SANDBOX_URL = proxy.url

        (order,) = world.trade(strategy, limit_buy())
        world.look_up()

    order.refresh_from_db()
    assert order.status == "SUBMITTED"
    assert order.outcome_unknown_since is not None
    assert world.venue_orders() == []


def test_an_order_that_waited_too_long_for_its_turn_is_denied_not_sent(
    world: World, settings: Settings
) -> None:
    settings.EXCHANGE_TIMEOUT_SECONDS = 3
    strategy = world.strategy("test1", world.account("A1"), max_signal_age_seconds=1)
    world.trade(strategy, limit_buy("80000"))
    world.post("/sandbox/latency", {"ms": 1500})

    first = world.alert(strategy, limit_buy("90000"))
    second = world.alert(strategy, limit_buy("91000"))
    world.begin(second)
    wait_for(lambda: is_settled(first.pk) and is_settled(second.pk))

    (sent,), (late,) = orders_of(first), orders_of(second)
    assert sent.status == "ACCEPTED"
    assert (late.status, late.error_code) == ("DENIED", "SIGNAL_EXPIRED")
    assert {row["price"] for row in world.venue_orders()} == {"80000.00000000", "90000.00000000"}


def test_a_cancel_of_an_order_that_was_not_sent_for_it_needs_no_person(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, limit_buy("80000"))
    world.post("/sandbox/latency", {"ms": 500})
    first = world.alert(strategy, limit_buy("90000"))
    waiting = world.alert(strategy, limit_buy("91000"))
    canceling = world.alert(strategy, cancel_all())

    world.begin(canceling)
    wait_for(lambda: all(is_settled(signal.pk) for signal in (first, waiting, canceling)))

    (order,) = orders_of(waiting)
    assert (order.status, order.error_code) == ("DENIED", "CANCELED_BEFORE_SENDING")
    assert not order.needs_attention
    assert {row["price"] for row in world.venue_orders()} == {"80000.00000000", "90000.00000000"}


def test_a_failed_cancel_is_told_and_sent_again(world: World, settings: Settings) -> None:
    settings.EXCHANGE_TIMEOUT_SECONDS = 2
    strategy = world.strategy("test1", world.account("A1"))
    (order,) = world.trade(strategy, limit_buy())
    with SelectiveProxy(world.url, api_key="key-A1", misbehaviour=hang) as proxy:
        settings.SANDBOX_URL = proxy.url
        world.restart_executor()
        signal = world.cancel_all(strategy)
    settings.SANDBOX_URL = world.url
    world.restart_executor()
    (failed,) = results_of(signal.pk).rows
    Order.objects.update(cancel_sent_at=datetime.now(UTC) - timedelta(seconds=11))

    world.send_due_cancels()

    order.refresh_from_db()
    assert (failed.state, failed.error_code) == ("pending", "CANCEL_NOT_CONFIRMED")
    assert order.status == "CANCELED"
    assert OrderEvent.objects.filter(order=order, reason__startswith="cancel failed").exists()


def test_a_cancel_is_not_sent_twice_in_a_row(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    (order,) = world.trade(strategy, limit_buy())
    Order.objects.filter(pk=order.pk).update(
        status="PENDING_CANCEL", cancel_sent_at=datetime.now(UTC)
    )

    world.send_due_cancels()

    assert [row["status"] for row in world.venue_orders()] == ["NEW"]
