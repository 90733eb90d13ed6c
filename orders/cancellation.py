"""Canceling our own orders: which, the durable wish, and the nudge. Never an exchange's cancel-all.

An exchange does not know strategies, so the orders to cancel always come from our database. The
wish is a state (PENDING_CANCEL); workers send the cancel and send it again until the order's end
is known, which does no harm.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from orders.lifecycle import request_cancel_of
from orders.models import Order, OrderEvent
from orders.nudges import nudge_cancels
from orders.order_store import write_orders
from orders.shards import in_shard, shard_of
from orders.transitions import CANCELABLE, OrderStatus
from strategies.models import Signal

_MAY_BE_CANCELED = [*CANCELABLE, OrderStatus.INITIALIZED]


def request_cancels(*, order_ids: Sequence[int], reason: str, now: datetime) -> int:
    """Ask for the cancel of these orders, whoever sent them; nudges their workers on commit.

    Returns how many were still open. `reason` goes into each order's history.
    """
    with transaction.atomic():
        orders = mark_for_cancel(
            Order.objects.filter(id__in=order_ids), signal=None, reason=reason, now=now
        )
        for shard in {shard_of(order.account_id) for order in orders}:
            _nudge_after_commit(shard)
    return len(orders)


def mark_for_cancel(
    orders: QuerySet[Order], *, signal: Signal | None, reason: str, now: datetime
) -> list[Order]:
    """Lock those of the orders that may be canceled and turn them to PENDING_CANCEL.

    Call inside a transaction; send the cancels after it commits. Orders not sent yet are denied
    instead and need no cancel.
    """
    locked = list(
        orders.select_for_update(no_key=True).filter(status__in=_MAY_BE_CANCELED).order_by("id")
    )
    signal_id = None if signal is None else signal.pk
    events = request_cancel_of(locked, reason=reason, signal_id=signal_id, now=now)
    write_orders(locked, now=now)
    OrderEvent.objects.bulk_create(events)
    return locked


def claim_due_cancels(*, shard: int, resend_before: datetime, now: datetime) -> list[Order]:
    """The shard's pending cancels that were never sent or last sent before `resend_before`.

    Stamps them as sent, so that two workers or two beats do not both send them at once.
    """
    with transaction.atomic():
        due = list(
            in_shard(Order.objects.select_for_update(no_key=True, skip_locked=True), shard)
            .filter(status=OrderStatus.PENDING_CANCEL, needs_attention=False)
            .filter(Q(cancel_sent_at__isnull=True) | Q(cancel_sent_at__lt=resend_before))
            .order_by("id")
        )
        Order.objects.filter(id__in=[order.pk for order in due]).update(cancel_sent_at=now)
    return due


def _nudge_after_commit(shard: int) -> None:
    transaction.on_commit(lambda: nudge_cancels(shard=shard), robust=True)


def open_orders_of(
    subscription_ids: Iterable[int], *, symbols: Sequence[str] = (), side: str = ""
) -> QuerySet[Order]:
    """Open orders of these subscriptions, optionally of some symbols or one side only."""
    orders = Order.objects.filter(
        subscription_id__in=list(subscription_ids), status__in=_MAY_BE_CANCELED
    )
    if symbols:
        orders = orders.filter(symbol__in=symbols)
    return orders.filter(side=side) if side else orders
