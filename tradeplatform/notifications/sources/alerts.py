"""Alerts that led to no order: their sender reads no answers.

Those that the webhook refused are counted by the hour, sender and reason, and told when the count
reaches 1, 10 and 100: a flood makes no more news than that. Refused are also requests without a
valid token, which superusers hear of; of those the webhook keeps a bounded number
(docs/security.md).
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max
from django.db.models.functions import TruncHour

from orders.models import Dispatch
from strategies.models import Signal, Subscription
from tradeplatform.notifications.audience import superuser_ids
from tradeplatform.notifications.sources.kinds import Wrong
from webhooks.models import Delivery, Outcome

_STEPS = (100, 10, 1)
_NEWS_FOR = timedelta(days=1)
_MOST_NAMED = 3

_Account = tuple[int, str]  # its owner's id and its name


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


def given_up_alerts(now: datetime) -> Iterator[Wrong]:
    """`An alert for test1 of 12:00:00 UTC was not carried out for A1 …`: each owner hears of their
    own accounts, the sender and superusers of all. Where it had nothing to do nobody does."""
    lately = Dispatch.objects.filter(given_up_at__gt=now - _NEWS_FOR)
    dispatches = list(lately.select_related("signal__strategy").order_by("id"))
    accounts = _accounts({pk for dispatch in dispatches for pk in _concerned(dispatch)})
    superusers = superuser_ids() if dispatches else set()
    names: defaultdict[tuple[Signal, int], set[str]] = defaultdict(set)
    newest: dict[tuple[Signal, int], int] = {}
    for dispatch in dispatches:
        for pk in _concerned(dispatch) & accounts.keys():
            owner_id, name = accounts[pk]
            for user_id in superusers | {owner_id, dispatch.signal.sender_id}:
                names[dispatch.signal, user_id].add(name)
                newest[dispatch.signal, user_id] = dispatch.pk
    for (signal, user_id), own in names.items():
        yield Wrong(
            key=f"{newest[signal, user_id]} for {user_id}",  # of a shard given up later is news
            owner_id=user_id,
            text=_not_carried_out(signal, sorted(own)),
        )


def _concerned(dispatch: Dispatch) -> set[int]:
    return {*(dispatch.missed or ()), *(dispatch.uncanceled or ())}


def _accounts(subscription_ids: Collection[int]) -> Mapping[int, _Account]:
    rows = Subscription.objects.filter(id__in=subscription_ids)
    values = rows.values_list("id", "account__owner_id", "account__name")
    return {pk: (owner, name) for pk, owner, name in values}


def _not_carried_out(signal: Signal, accounts: Sequence[str]) -> str:
    what = "An alert" if signal.flatten_run_id is None else "A flatten's closes"
    was = "was" if signal.flatten_run_id is None else "were"
    return (
        f"{what} for {signal.strategy} of {signal.received_at:%H:%M:%S} UTC {was} not carried out "
        f"for {_names(accounts)} by a fault of the platform: nothing was ordered or canceled "
        "there; a worker's log tells why"
    )


def _names(accounts: Sequence[str]) -> str:
    more = f" and {len(accounts) - _MOST_NAMED} more" if len(accounts) > _MOST_NAMED else ""
    return ", ".join(accounts[:_MOST_NAMED]) + more


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
