"""Taking back the mark that a person is to look at an order."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from orders import steps
from orders.models import Order
from orders.order_store import write_orders
from tradeplatform.lib.bulk_insert import insert_all


def clear_attention(*, order_ids: Sequence[int], person: str, now: datetime) -> int:
    """Take the mark from those of these orders that bear it, and write who did; returns how many.

    Nothing else about the orders changes; what flagged them stays in their history.
    """
    flagged = Order.objects.filter(id__in=order_ids, needs_attention=True)
    with transaction.atomic():
        orders = list(flagged.select_for_update(no_key=True).order_by("id"))
        events = [steps.look_at(order, person=person, now=now) for order in orders]
        write_orders(orders, now=now)
        insert_all(events)
    return len(orders)
