"""Canceling our own orders: which, the durable wish, and the nudge. Never an exchange's cancel-all.

An exchange does not know strategies, so the orders to cancel always come from our database. The
wish is a state (PENDING_CANCEL); workers send the cancel and send it again until the order's end
is known, which does no harm.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from accounts.shards import shard_of
from orders import steps
from orders.chains import in_chains_of
from orders.models import Expiry, Order, OrderEvent
from orders.nudges import nudge_cancels
from orders.order_store import write_orders
from orders.transitions import OPEN, OrderStatus
from strategies.models import Signal, Subscription
from tradeplatform.lib.bulk_insert import insert_all

_CANCELED = (OrderStatus.PENDING_CANCEL, OrderStatus.CANCELED)


def request_cancels(*, order_ids: Sequence[int], reason: str, now: datetime) -> list[int]:
    """Ask for the cancel of these orders, whoever sent them; nudges their workers on commit.

    What has replaced one of them is meant as well. Returns the ids of those that were still open.
    `reason` goes into each order's history. A cancel that was asked for before is sent again at
    once.
    """
    with transaction.atomic():
        _lock_subscriptions(order_ids)
        return cancel_by_workers(in_chains_of(order_ids), reason=reason, now=now)


def cancel_by_workers(orders: QuerySet[Order], *, reason: str, now: datetime) -> list[int]:
    """Turn the orders to PENDING_CANCEL inside the caller's transaction; workers send the cancels.

    Returns the ids of those that were open.
    """
    marked = mark_for_cancel(orders, signal=None, reason=reason, sent_at=None, now=now)
    for shard in {shard_of(order.account_id) for order in marked}:
        _nudge_after_commit(shard)
    return [order.pk for order in marked]


def _lock_subscriptions(order_ids: Sequence[int]) -> None:
    """No order of theirs can be replaced until the commit."""
    concerned = Order.objects.filter(id__in=order_ids).values("subscription")
    rows = Subscription.objects.select_for_update(no_key=True).filter(id__in=concerned)
    list(rows.order_by("id").values_list("id"))


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
    rows = list(orders.select_for_update(of=("self",), no_key=True).order_by("id"))
    begun = Expiry.objects.filter(order__in=rows, settled_at__isnull=True)
    awaited = set(begun.values_list("order_id", flat=True))
    meant = [order for order in rows if order.status in OPEN or order.pk in awaited]
    begun.update(settled_at=now)
    locked = [order for order in meant if order.status in OPEN]
    for order in meant:
        if order.cancel_signal_id is None:  # else it answers who asked first
            order.cancel_signal = signal
    for order in locked:
        order.cancel_sent_at = sent_at
    events = [_cancel_event(order, reason=reason, now=now) for order in meant]
    write_orders(meant, now=now)
    insert_all(events)
    return locked


def _cancel_event(order: Order, *, reason: str, now: datetime) -> OrderEvent:
    if order.status in OPEN:
        return steps.ask_cancel(order, reason=reason, now=now)
    return steps.note(order, reason=f"its rest is not ordered again: {reason}", now=now)


def _nudge_after_commit(shard: int) -> None:
    transaction.on_commit(lambda: nudge_cancels(shard=shard), robust=True)


def cancelable_orders(subscription_ids: Iterable[int]) -> QuerySet[Order]:
    """The open orders of these subscriptions whose cancel nobody has asked for.

    With those whose rest an expiry rule is about to order again: a cancel prevents that.
    """
    own = Order.objects.filter(subscription_id__in=list(subscription_ids))
    return _with_awaited(own, own.filter(status__in=sorted(OPEN - {OrderStatus.PENDING_CANCEL})))


def with_cancel_reason(orders: QuerySet[Order]) -> QuerySet[Order]:
    """With what `cancel_reason_of` reads: one query, whatever the number of orders."""
    wishes = OrderEvent.objects.filter(
        order=OuterRef("pk"), to_status=OrderStatus.PENDING_CANCEL
    ).order_by("id")
    return orders.annotate(cancel_reason=Subquery(wishes.values("reason")[:1]))


def cancel_reason_of(order: Order) -> str:
    """Who or what wanted the order canceled, in words; empty where nobody did, or in vain.

    The order comes from `with_cancel_reason`.
    """
    reason: str | None = getattr(order, "cancel_reason")  # noqa: B009  an annotation
    return reason or "" if order.status in _CANCELED else ""


def unfinished_orders() -> QuerySet[Order]:
    """Orders that are open, or ended with a rest that an expiry rule is about to order again."""
    every = Order.objects.all()
    return _with_awaited(every, every.filter(status__in=sorted(OPEN)))


def _with_awaited(orders: QuerySet[Order], chosen: QuerySet[Order]) -> QuerySet[Order]:
    """The chosen ones, and those of the orders whose rest is about to be ordered again.

    One statement, so that no order slips from one kind to the other in between; a union, so that
    each half uses its index. An OR would read all orders that ever were.
    """
    begun = Expiry.objects.filter(settled_at__isnull=True).values("order")
    awaited = orders.filter(id__in=begun)
    ids = chosen.order_by().values("id").union(awaited.order_by().values("id"))
    return Order.objects.filter(id__in=ids)
