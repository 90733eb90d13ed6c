"""A wish to cancel: which orders it reaches, what it leaves behind, and who is told."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from accounts.shards import shard_of
from accounts.tests.rows import make_account
from orders.cancellation import cancelable_orders, mark_for_cancel, request_cancels
from orders.models import Order, OrderEvent
from orders.tests.broker import broker_away, nudges_in_broker
from orders.tests.rows import make_denied, make_order
from strategies.models import Signal, Subscription
from strategies.tests.rows import NOON, make_signal, make_strategy, subscribe

pytestmark = pytest.mark.django_db(transaction=True)

_LATER = NOON + timedelta(minutes=1)
_TASK = "orders.send_due_cancels"
_UNSENT = {"venue_order_id": "", "submitted_at": None, "answered_at": None}
_CLOSED = {"closed_at": NOON}


@pytest.fixture(autouse=True)
def empty_queues() -> None:
    """Messages of earlier tests are none of ours."""
    nudges_in_broker()


def ask(*orders: Order) -> int:
    """An operator asks for these cancels; how many orders were open."""
    ids = [order.pk for order in orders]
    return len(request_cancels(order_ids=ids, reason="canceled by operator", now=_LATER))


def history(order: Order) -> list[tuple[str, str, str]]:
    events = OrderEvent.objects.filter(order=order, at=_LATER)
    return list(events.values_list("from_status", "to_status", "reason"))


def test_a_cancel_without_an_end_is_sent_again_for_whom_it_was_asked(
    subscription: Subscription, signal: Signal
) -> None:
    order = make_order(
        subscription, signal, status="PENDING_CANCEL", cancel_signal=signal, cancel_sent_at=NOON
    )

    asked = ask(order)

    order.refresh_from_db()
    assert asked == 1
    assert (order.cancel_signal, order.cancel_sent_at) == (signal, None)
    assert history(order) == [("PENDING_CANCEL", "PENDING_CANCEL", "canceled by operator")]
    assert nudges_in_broker(_TASK) == [shard_of(order.account_id)]


@pytest.mark.parametrize("status", ["SUBMITTED", "ACCEPTED", "PARTIALLY_FILLED"])
def test_an_order_that_may_be_at_the_venue_is_marked_and_its_worker_nudged(
    subscription: Subscription, signal: Signal, status: str
) -> None:
    order = make_order(subscription, signal, status=status)

    asked = ask(order)

    order.refresh_from_db()
    assert asked == 1
    assert (order.status, order.updated_at) == ("PENDING_CANCEL", _LATER)
    assert (order.cancel_signal, order.cancel_sent_at, order.closed_at) == (None, None, None)
    assert history(order) == [(status, "PENDING_CANCEL", "canceled by operator")]
    assert nudges_in_broker(_TASK) == [shard_of(order.account_id)]


def test_an_order_of_unknown_outcome_is_canceled_too_and_stays_unknown(
    subscription: Subscription, signal: Signal
) -> None:
    """EXCHANGE_FACTS section 5, row 65: no order survives because its send was unclear."""
    unclear = {"status": "SUBMITTED", "venue_order_id": "", "answered_at": None}
    order = make_order(subscription, signal, outcome_unknown_since=NOON, **unclear)

    ask(order)

    order.refresh_from_db()
    assert (order.status, order.outcome_unknown_since) == ("PENDING_CANCEL", NOON)


def test_an_order_not_sent_yet_is_denied_and_will_not_be(
    subscription: Subscription, signal: Signal
) -> None:
    order = make_order(subscription, signal, status="INITIALIZED", **_UNSENT)

    asked = ask(order)

    order.refresh_from_db()
    assert asked == 1
    assert (order.status, order.closed_at) == ("DENIED", _LATER)
    assert (order.error_code, order.error_message) == (
        "CANCELED_BEFORE_SENDING",
        "canceled by operator",
    )
    assert history(order) == [
        ("INITIALIZED", "DENIED", "CANCELED_BEFORE_SENDING: canceled by operator")
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "CANCELED", **_CLOSED},
        {"status": "EXPIRED", **_CLOSED},
        {"status": "FILLED", "filled_quantity": "0.50", **_CLOSED},
        {"status": "REJECTED", "error_code": "INSUFFICIENT_FUNDS", **_CLOSED},
    ],
)
def test_an_order_that_ended_is_left_alone(
    subscription: Subscription, signal: Signal, fields: dict[str, Any]
) -> None:
    order = make_order(subscription, signal, **fields)

    asked = ask(order)

    order.refresh_from_db()
    assert asked == 0
    assert (order.status, order.updated_at) == (fields["status"], NOON)
    assert history(order) == []
    assert nudges_in_broker(_TASK) == []


def test_orders_that_nobody_named_are_untouched(subscription: Subscription, signal: Signal) -> None:
    owner = subscription.strategy.owner
    beside = subscribe(make_strategy(owner, "test2"), subscription.account)
    mine = make_order(subscription, signal)
    others = [
        make_order(subscription, signal),
        make_order(beside, make_signal(beside.strategy, owner)),
    ]

    asked = ask(mine, make_denied(subscription, signal))

    assert asked == 1
    assert [Order.objects.get(pk=order.pk).status for order in others] == ["ACCEPTED", "ACCEPTED"]


def test_every_shard_concerned_is_nudged_once(subscription: Subscription, signal: Signal) -> None:
    strategy = subscription.strategy
    accounts = [make_account(strategy.owner, name) for name in ("A2", "A3", "A4")]
    orders = [make_order(subscribe(strategy, account), signal) for account in accounts]

    ask(*orders)

    assert sorted(nudges_in_broker(_TASK)) == list(range(settings.SHARDS))


def test_nobody_is_nudged_before_the_commit(subscription: Subscription, signal: Signal) -> None:
    order = make_order(subscription, signal)

    with transaction.atomic():
        ask(order)
        before = nudges_in_broker(_TASK)

    assert before == []
    assert nudges_in_broker(_TASK) == [shard_of(order.account_id)]


def test_the_wish_stands_while_the_broker_is_away(
    subscription: Subscription, signal: Signal
) -> None:
    order = make_order(subscription, signal)

    with broker_away():
        asked = ask(order)

    order.refresh_from_db()
    assert (asked, order.status) == (1, "PENDING_CANCEL")


def test_who_sends_the_cancel_itself_says_so(subscription: Subscription, signal: Signal) -> None:
    order = make_order(subscription, signal)
    canceling = make_signal(subscription.strategy, subscription.strategy.owner)

    with transaction.atomic():
        (marked,) = mark_for_cancel(
            Order.objects.all(), signal=canceling, reason="asked for", sent_at=_LATER, now=_LATER
        )

    order.refresh_from_db()
    assert marked == order
    assert (order.cancel_signal, order.cancel_sent_at) == (canceling, _LATER)
    assert nudges_in_broker(_TASK) == []


def test_the_cancelable_orders_of_a_subscription_are_its_own_and_not_ended(
    subscription: Subscription, signal: Signal
) -> None:
    owner = subscription.strategy.owner
    beside = subscribe(make_strategy(owner, "test2"), subscription.account)
    make_order(beside, make_signal(beside.strategy, owner))
    make_order(subscription, signal, status="CANCELED", **_CLOSED)
    make_order(subscription, signal, status="PENDING_CANCEL")
    mine = [
        make_order(subscription, signal),
        make_order(subscription, signal, status="INITIALIZED", **_UNSENT),
    ]

    assert list(cancelable_orders([subscription.pk]).order_by("id")) == mine
