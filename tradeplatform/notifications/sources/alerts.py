"""Alerts that the webhook refused: their sender reads no answers.

They are counted by the hour, sender and reason, and told when the count
reaches 1, 10 and 100: a flood makes no more news than that. Refused are also requests without a
valid token, which superusers hear of; of those the webhook keeps a bounded number
(docs/security.md).
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max
from django.db.models.functions import TruncHour

from tradeplatform.notifications.sources.kinds import Wrong
from webhooks.models import Delivery, Outcome

_STEPS = (100, 10, 1)


def refused_alerts(now: datetime) -> Iterator[Wrong]:
    """`An alert was refused, SIDE_UNKNOWN: …` to its sender, of this hour and the one before."""
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    since = this_hour - timedelta(hours=1)
    refused = Delivery.objects.filter(outcome=Outcome.REFUSED, received_at__gte=since).order_by()
    groups = refused.annotate(hour=TruncHour("received_at")).values("hour", "sender", "error_code")
    for group in groups.annotate(
        number=Count("pk"),
        message=Max("error_message"),
        addresses=Count("remote_address", distinct=True),
        address=Max("remote_address"),
    ):
        step = next(step for step in _STEPS if group["number"] >= step)
        yield Wrong(
            key=f"{group['hour']:%d %H} {group['sender']} {group['error_code']} {step}",
            owner_id=group["sender"],
            text=_text(group, step),
        )


def _text(group: Mapping[str, Any], step: int) -> str:
    known = "" if group["sender"] else " without a valid token"
    if step == 1:
        refused = f"An alert{known} was refused"
    else:
        refused = f"{step} or more alerts{known} were refused since {group['hour']:%H:%M} UTC"
    return f"{refused}, {group['error_code']}{_place(group)}: {group['message']}"


def _place(group: Mapping[str, Any]) -> str:
    """Where strangers send from, since that is all there is to find them by."""
    if group["sender"] or not group["addresses"]:
        return ""
    if group["addresses"] == 1:
        return f" from {group['address']}"
    return f" from {group['addresses']} addresses"
