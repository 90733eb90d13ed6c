"""What a venue says again and again about a cancel is written into an order's history once."""

from collections.abc import Collection

from orders.models import OrderEvent

_CANCEL_FAILED = "cancel failed: "


def cancel_failure(code: str, message: str) -> str:
    """The event's reason, as long as its column holds."""
    return f"{_CANCEL_FAILED}{code}: {message}"[:300]


def last_cancel_failures(order_ids: Collection[int]) -> dict[int, str]:
    """The newest such reason of each order that has one."""
    if not order_ids:
        return {}
    events = OrderEvent.objects.filter(order_id__in=order_ids, reason__startswith=_CANCEL_FAILED)
    newest = events.order_by("order_id", "-id").distinct("order_id")
    return dict(newest.values_list("order_id", "reason"))
