"""No dispatch ends with an order that nobody answers for."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from pytest_django import Settings

from accounts.exchange.types import Rejected, Side
from orders import recording
from orders.cancellation import request_cancels
from orders.models import Dispatch, Order
from orders.outcomes import SendFailed
from orders.results import is_settled
from orders.tests.killed import recover
from orders.tests.waiting import wait_for
from orders.tests.world import World, limit_buy, market, orders_of
from strategies.models import Subscription


@pytest.mark.scenario(41)
def test_a_sizing_whose_connection_dies_is_done_again(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, market(Side.BUY, quantity="0.01"))
    signal = world.alert(strategy, market(Side.SELL, percent="-100"))

    with transaction.atomic():
        list(Subscription.objects.select_for_update(no_key=True))  # sizing waits for this row
        killer = threading.Thread(target=_kill_who_waits)
        killer.start()
        world.begin(signal)
        killer.join(timeout=10)
    wait_for(lambda: is_settled(signal.pk))

    assert [order.status for order in orders_of(signal)] == ["FILLED"]


def _kill_who_waits() -> None:
    pause = threading.Event()
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            if cursor.fetchone()[0]:
                break
        pause.wait(0.01)
    connections.close_all()


def test_an_outcome_that_cannot_be_booked_is_looked_up(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    signal = world.alert(strategy, limit_buy())
    world.claim_only(signal)
    (order,) = orders_of(signal)

    recording.record([SendFailed(order.pk, Rejected("REFUSED", "no \x00 text"))])

    order.refresh_from_db()
    assert (order.status, order.needs_attention) == ("SUBMITTED", True)
    assert order.outcome_unknown_since is not None


def test_an_alert_that_waited_while_the_shards_changed_reaches_every_account(
    world: World, settings: Settings
) -> None:
    strategy = world.strategy("test1", *[world.account(f"A{number}") for number in range(4)])
    signal = world.alert(strategy, limit_buy())
    settings.SHARDS = 4

    orders = world.execute(signal)

    assert [order.status for order in orders] == ["ACCEPTED"] * 4


def test_work_left_over_from_other_shards_is_closed_whole(world: World, settings: Settings) -> None:
    strategy = world.strategy("test1", *[world.account(f"A{number}") for number in range(4)])
    signal = world.alert(strategy, limit_buy())
    world.claim_only(signal)
    settings.SHARDS = 4

    recover(world)

    assert all(order.outcome_unknown_since for order in orders_of(signal))


def test_an_order_canceled_while_it_waits_for_its_turn_is_not_sent(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, limit_buy())
    world.post("/sandbox/latency", {"ms": 1000})
    world.begin(world.alert(strategy, limit_buy("80000")))
    waiting = world.alert(strategy, market(Side.BUY, quantity="0.01"))
    world.begin(waiting)
    (order,) = orders_of(waiting)

    request_cancels(order_ids=[order.pk], reason="by a person", now=world.now())
    wait_for(lambda: not Dispatch.objects.filter(settled_at__isnull=True).exists())

    order.refresh_from_db()
    assert (order.status, order.error_code) == ("DENIED", "CANCELED_BEFORE_SENDING")
    assert world.venue_orders(type="MARKET") == []


def test_a_flagged_order_is_canceled_all_the_same(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    (order,) = world.trade(strategy, limit_buy())
    Order.objects.update(needs_attention=True)

    request_cancels(order_ids=[order.pk], reason="by a person", now=world.now())
    world.send_due_cancels()

    assert [row["status"] for row in world.venue_orders()] == ["CANCELED"]


def test_an_order_that_appears_after_its_cancel_is_canceled_then(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    signal = world.alert(strategy, limit_buy())
    world.claim_only(signal)
    recover(world)
    world.cancel_all(strategy)  # the exchange knows no such order yet
    (order,) = orders_of(signal)
    world.place_by_hand(order)  # the send that was believed lost arrives

    world.look_up()
    Order.objects.update(cancel_sent_at=world.now() - timedelta(seconds=60))
    world.send_due_cancels()

    order.refresh_from_db()
    assert order.status == "CANCELED"
    assert [row["status"] for row in world.venue_orders()] == ["CANCELED"]


def test_look_ups_of_a_slow_account_do_not_hold_up_its_orders(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, *[limit_buy() for _ in range(3)])
    Order.objects.update(
        status="SUBMITTED", venue_order_id="", answered_at=None, outcome_unknown_since=world.now()
    )
    shard = Order.objects.get(intent_index=0).account_id % 2
    for _ in range(4):
        world.executor.look_up(shard)
    signal = world.alert(strategy, limit_buy("91000"))

    (order,) = world.execute(signal)

    assert order.status == "ACCEPTED"
