"""Write many changed orders back in one statement."""

from collections.abc import Collection
from datetime import datetime

from orders.models import Order
from tradeplatform.lib.bulk_update import bulk_update

_WRITTEN = (
    "symbol",
    "quantity",
    "limit_price",
    "trigger_price",
    "is_close",
    "reduce_only",
    "status",
    "venue_order_id",
    "filled_quantity",
    "average_price",
    "venue_filled_quantity",
    "error_code",
    "error_message",
    "outcome_unknown_since",
    "missed_look_ups",
    "looked_up_at",
    "needs_attention",
    "cancel_signal_id",
    "cancel_sent_at",
    "submitted_at",
    "answered_at",
    "closed_at",
    "updated_at",
)


def write_orders(orders: Collection[Order], *, now: datetime) -> None:
    """Write the columns that change after an order's creation; the caller has locked the rows."""
    for order in orders:
        order.updated_at = now
    bulk_update(orders, _WRITTEN)
