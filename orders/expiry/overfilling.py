"""INV-1 after a late fill: what replaced an order is canceled where both may fill too much."""

from datetime import datetime

from accounts.shards import in_shard
from orders.cancellation import request_cancels
from orders.chains import chain_of, unfilled
from orders.models import Order
from orders.transitions import CLOSED, OPEN, OrderStatus

_REASON = "an order that it replaced was filled after its end"


def stop_overfilling(shard: int, *, now: datetime) -> None:
    """Ask for the cancel of open replacements that would fill more than was asked for.

    Their rest is left: a person was called by the late fill, and those marks are looked at here.
    """
    flagged = Order.objects.filter(
        needs_attention=True, status__in=sorted(CLOSED), child__isnull=False
    )
    for order in in_shard(flagged, shard):
        if unfilled(order) < 0:
            resting = chain_of(order).filter(status__in=sorted(OPEN - {OrderStatus.PENDING_CANCEL}))
            ids = list(resting.values_list("id", flat=True))
            request_cancels(order_ids=ids, reason=_REASON, now=now)
