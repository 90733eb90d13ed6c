"""Close the books of a dispatch: nothing more will be done for it, and every order says so."""

from datetime import datetime

from django.db import transaction

from accounts.shards import in_shard
from orders import lifecycle
from orders.hooks.nudging import nudge_strategy_after_commit
from orders.models import Dispatch, Order, OrderEvent
from orders.order_store import write_orders
from orders.transitions import OrderStatus
from strategies.sizing import Denied

_UNFINISHED = [OrderStatus.INITIALIZED, OrderStatus.SUBMITTED, OrderStatus.PENDING_CANCEL]


def settle(dispatch_id: int, *, now: datetime) -> None:
    """Mark the dispatch as settled, after its work or when its worker has stopped.

    Whatever was left half done is reported: an order never submitted is denied, the outcome of
    one without an answer is unknown. An answer that still arrives is booked all the same.
    """
    interrupted = Denied(
        "INTERRUPTED", "The platform was interrupted before this order was sent; nothing was sent."
    )
    dispatch = Dispatch.objects.select_related("signal").get(id=dispatch_id)
    left = in_shard(
        Order.objects.filter(signal=dispatch.signal_id), dispatch.shard, shards=dispatch.shards
    ).filter(status__in=_UNFINISHED, answered_at__isnull=True, outcome_unknown_since__isnull=True)
    with transaction.atomic():
        orders = list(left.select_for_update(no_key=True).order_by("id"))
        events = [lifecycle.break_off(order, interrupted, now=now) for order in orders]
        write_orders(orders, now=now)
        OrderEvent.objects.bulk_create(events)
        nudge_strategy_after_commit(dispatch.signal.strategy_id)  # the denied have hooks too
        Dispatch.objects.filter(id=dispatch_id, settled_at__isnull=True).update(settled_at=now)
