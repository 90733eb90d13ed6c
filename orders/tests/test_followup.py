"""Cancels without an end are repeated, with pauses as long as they have been without one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from accounts.breakers.tests.open_ones import SPOT
from accounts.exchange.findings import Scope
from orders import followup
from orders.complaints import Complaint
from orders.lifecycle import apply_outcomes
from orders.models import Order, OrderEvent
from orders.outcomes import CancelFailed
from orders.tests.rows import make_order
from strategies.models import Signal, Subscription
from strategies.tests.racing import until_somebody_waits
from strategies.tests.rows import NOON

pytestmark = pytest.mark.django_db


def pending(subscription: Subscription, signal: Signal, *, sent_after: int) -> Order:
    """Its cancel was asked for at noon and last sent so many seconds later."""
    order = make_order(
        subscription,
        signal,
        status="PENDING_CANCEL",
        cancel_sent_at=NOON + timedelta(seconds=sent_after),
    )
    OrderEvent.objects.create(
        order=order,
        at=NOON,
        from_status="ACCEPTED",
        to_status="PENDING_CANCEL",
        reason="canceled by operator",
    )
    return order


def is_due(order: Order, *, after: int) -> bool:
    now = NOON + timedelta(seconds=after)
    return bool(followup.due_cancels(order.account_id % 2, now=now))


@pytest.mark.parametrize(
    ("sent_after", "too_early", "due"),
    [(0, 9, 11), (10, 19, 21), (60, 119, 121), (1000, 1299, 1301)],
)
def test_a_cancel_is_sent_again_after_as_long_as_it_was_tried_within_bounds(
    subscription: Subscription, signal: Signal, sent_after: int, too_early: int, due: int
) -> None:
    order = pending(subscription, signal, sent_after=sent_after)

    early, late, again = (is_due(order, after=second) for second in (too_early, due, due))

    assert (early, late, again) == (False, True, False)


def test_a_cancel_never_sent_is_due_at_once(subscription: Subscription, signal: Signal) -> None:
    order = pending(subscription, signal, sent_after=0)
    Order.objects.update(cancel_sent_at=None)

    assert is_due(order, after=0)


def test_the_same_failure_is_written_once(subscription: Subscription, signal: Signal) -> None:
    order = pending(subscription, signal, sent_after=0)
    limited = CancelFailed(order.pk, "RATE_LIMITED", "Too many requests.")
    gone = CancelFailed(order.pk, "ORDER_GONE", "No such order.")

    for failure in (limited, limited, gone, gone, limited):
        apply_outcomes([failure], now=NOON)

    reasons = OrderEvent.objects.filter(order=order).order_by("id").values_list("reason", flat=True)
    assert list(reasons)[1:] == [
        Complaint.CANCEL_FAILED.about("RATE_LIMITED: Too many requests."),
        Complaint.CANCEL_FAILED.about("ORDER_GONE: No such order."),
        Complaint.CANCEL_FAILED.about("RATE_LIMITED: Too many requests."),
    ]


@pytest.mark.django_db(transaction=True)
def test_cancels_are_hastened_in_the_order_in_which_everybody_locks(
    subscription: Subscription, signal: Signal
) -> None:
    """Who waits for the first order holds no later one, which its holder may want next."""
    first, *others = (pending(subscription, signal, sent_after=0).pk for _ in range(8))

    def hasten() -> None:
        try:
            followup.hasten_cancels([Scope(SPOT)])
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=1) as pool:
        with transaction.atomic():
            Order.objects.select_for_update().get(pk=first)
            hastened = pool.submit(hasten)
            until_somebody_waits()
            free = Order.objects.select_for_update(skip_locked=True).filter(pk__in=others)
            assert set(free.values_list("pk", flat=True)) == set(others)
        hastened.result(timeout=30)

    assert set(Order.objects.values_list("cancel_sent_at", flat=True)) == {None}
