"""A person's word about an order of which its venue tells nothing more: it has ended."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from orders import absence, steps
from orders.hooks.nudging import nudge_hooks_after_commit
from orders.models import Expiry, Order, OrderEvent
from orders.order_store import write_orders


def write_off(*, order_ids: Sequence[int], person: str, now: datetime) -> int:
    """End those of these orders that were looked up in vain often enough; returns how many.

    What is booked of them stays, nothing is sent and their rest is not ordered again. A fill that
    the venue tells of later is booked all the same; one that it never tells is drift.
    """
    given_up = Order.objects.filter(absence.given_up(), id__in=order_ids)
    with transaction.atomic():
        orders = list(given_up.select_for_update(no_key=True).order_by("id"))
        Expiry.objects.filter(order__in=orders, settled_at__isnull=True).update(settled_at=now)
        events = [steps.write_off(order, person=person, now=now) for order in orders]
        write_orders(orders, now=now)
        OrderEvent.objects.bulk_create(events)
        nudge_hooks_after_commit(order.subscription_id for order in orders)
    return len(orders)
