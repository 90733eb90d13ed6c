"""A person's word about an order of which its venue tells nothing more: it has ended."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from orders import absence, steps
from orders.cancellation import cancel_by_workers
from orders.chains import in_chains_of
from orders.hooks.nudging import nudge_hooks_after_commit
from orders.models import Expiry, Order
from orders.order_store import write_orders
from tradeplatform.lib.bulk_insert import insert_all

_REASON = "an order of its chain was written off with fills that could not be read"


def write_off(*, order_ids: Sequence[int], person: str, now: datetime) -> int:
    """End those of these orders that were looked up in vain often enough; returns how many.

    What is booked of them stays, nothing of them is sent and their rest is not ordered again. A
    fill that the venue tells of later is booked all the same; one that it never tells is drift.
    """
    given_up = Order.objects.filter(absence.given_up(), id__in=order_ids)
    with transaction.atomic():
        list(in_chains_of(order_ids).select_for_update(no_key=True).order_by("id"))
        orders = list(given_up.select_for_update(no_key=True).order_by("id"))
        _end_chains(orders, now)
        Expiry.objects.filter(order__in=orders, settled_at__isnull=True).update(settled_at=now)
        events = [steps.write_off(order, person=person, now=now) for order in orders]
        write_orders(orders, now=now)
        insert_all(events)
        nudge_hooks_after_commit(order.subscription_id for order in orders)
    return len(orders)


def _end_chains(orders: Sequence[Order], now: datetime) -> None:
    """Cancel what replaced an order with fills that were told and not read: from here on nobody
    counts those against what was asked for (INV-1)."""
    unread = [order.pk for order in orders if order.venue_filled_quantity > order.filled_quantity]
    others = in_chains_of(unread).exclude(id__in=[order.pk for order in orders])
    cancel_by_workers(others, reason=_REASON, now=now)
