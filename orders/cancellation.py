"""Canceling our own orders: which, the durable wish, and the nudge. Never an exchange's cancel-all.

An exchange does not know strategies, so the orders to cancel always come from our database. The
wish is a state (PENDING_CANCEL); workers send the cancel and send it again until the order's end
is known, which does no harm.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.shards import shard_of
from orders import lifecycle
from orders.models import Expiry, Order, OrderEvent
from orders.nudges import nudge_cancels
from orders.order_store import write_orders
from orders.transitions import OPEN, OrderStatus
from strategies.models import Signal


def request_cancels(*, order_ids: Sequence[int], reason: str, now: datetime) -> int:
    """Ask for the cancel of these orders, whoever sent them; nudges their workers on commit.

    Returns how many were still open. `reason` goes into each order's history. A cancel that was
    asked for before is sent again at once.
    """
    with transaction.atomic():
        orders = mark_for_cancel(
            Order.objects.filter(id__in=order_ids),
            signal=None,
            reason=reason,
            sent_at=None,
            now=now,
        )
        for shard in {shard_of(order.account_id) for order in orders}:
            _nudge_after_commit(shard)
    return len(orders)


def mark_for_cancel(
    orders: QuerySet[Order],
    *,
    signal: Signal | None,
    reason: str,
    sent_at: datetime | None,
    now: datetime,
) -> list[Order]:
    """Lock those of the orders that are open and turn them to PENDING_CANCEL.

    Call inside a transaction. Who sends the cancels itself once it commits says so by `sent_at`;
    otherwise a nudged worker does. Orders not sent yet are denied and need no cancel. One that an
    expiry rule wanted to replace, ended or not, is not replaced any more. Returns the open ones.
    """
    meant = list(
        orders.select_for_update(of=("self",), no_key=True).filter(unfinished()).order_by("id")
    )
    Expiry.objects.filter(order__in=meant, settled_at__isnull=True).update(settled_at=now)
    locked = [order for order in meant if order.status in OPEN]
    for order in locked:
        if order.status != OrderStatus.PENDING_CANCEL:  # else it answers who asked first
            order.cancel_signal = signal
        order.cancel_sent_at = sent_at
    events = [_cancel_event(order, reason=reason, now=now) for order in meant]
    write_orders(locked, now=now)
    OrderEvent.objects.bulk_create(events)
    return locked


def _cancel_event(order: Order, *, reason: str, now: datetime) -> OrderEvent:
    if order.status in OPEN:
        return lifecycle.ask_cancel(order, reason=reason, now=now)
    return lifecycle.note(order, reason=f"its rest is not ordered again: {reason}", now=now)


def _nudge_after_commit(shard: int) -> None:
    transaction.on_commit(lambda: nudge_cancels(shard=shard), robust=True)


def cancelable_orders(subscription_ids: Iterable[int]) -> QuerySet[Order]:
    """The open orders of these subscriptions whose cancel nobody has asked for.

    With those whose rest an expiry rule is about to order again: a cancel prevents that.
    """
    unasked = Q(status__in=sorted(OPEN - {OrderStatus.PENDING_CANCEL}))
    return Order.objects.filter(
        unasked | _awaits_replacement(), subscription_id__in=list(subscription_ids)
    )


def unfinished() -> Q:
    """Orders that are open, or ended with a rest that an expiry rule is about to order again."""
    return Q(status__in=sorted(OPEN)) | Q(_awaits_replacement())


def _awaits_replacement() -> Exists:
    return Exists(Expiry.objects.filter(order=OuterRef("pk"), settled_at__isnull=True))
