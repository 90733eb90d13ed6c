"""Steps that change no status and are no good news: how they begin, so that others know them.

Written by orders.lifecycle, read by hooks. What a venue says again and again about a cancel is
written into an order's history once.
"""

from collections.abc import Collection
from enum import StrEnum

from orders.models import OrderEvent


class Complaint(StrEnum):
    """The beginning of the event's reason."""

    OUTCOME_UNKNOWN = "outcome unknown: "
    CANCEL_FAILED = "cancel failed: "
    NEEDS_ATTENTION = "needs a person: "

    def about(self, text: str) -> str:
        """The event's reason, as long as its column holds."""
        return f"{self.value}{text}"[:300]


def complaint_in(reason: str) -> Complaint | None:
    """Which one an event's reason is, if any."""
    return next((each for each in Complaint if reason.startswith(each.value)), None)


def last_cancel_failures(order_ids: Collection[int]) -> dict[int, str]:
    """The newest reason of a failed cancel of each order that has one."""
    if not order_ids:
        return {}
    events = OrderEvent.objects.filter(
        order_id__in=order_ids, reason__startswith=Complaint.CANCEL_FAILED.value
    )
    newest = events.order_by("order_id", "-id").distinct("order_id")
    return dict(newest.values_list("order_id", "reason"))
