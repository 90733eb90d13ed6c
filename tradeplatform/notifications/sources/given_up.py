"""Alerts and closes that a fault of ours kept from being carried out, told for a day."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from orders.models import Dispatch
from strategies.models import Signal, Subscription
from tradeplatform.notifications.audience import superuser_ids
from tradeplatform.notifications.sources.kinds import Wrong

_NEWS_FOR = timedelta(days=1)
_MOST_NAMED = 3
# In place of a subscription's id, for those that could not even be found out.
_UNKNOWN = 0

_Account = tuple[set[int], str]  # its owner's id, where it is known, and its name


def given_up_alerts(now: datetime) -> Iterator[Wrong]:
    """`An alert for test1 of 12:00:00 UTC was not carried out …: nothing was ordered or canceled
    for A1`: each owner hears of their own accounts, the sender and superusers of all. Where none
    could have been concerned nobody hears of it."""
    lately = Dispatch.objects.filter(given_up_at__gt=now - _NEWS_FOR)
    dispatches = list(lately.select_related("signal__strategy").order_by("given_up_at", "id"))
    accounts = _accounts({pk for dispatch in dispatches for pk in _concerned(dispatch)})
    superusers = superuser_ids() if dispatches else set()
    concerned: defaultdict[tuple[Signal, int], dict[int, str]] = defaultdict(dict)
    newest: dict[tuple[Signal, int], int] = {}
    for dispatch in dispatches:
        for pk in _concerned(dispatch) & accounts.keys():
            owner_ids, name = accounts[pk]
            for user_id in superusers | owner_ids | {dispatch.signal.sender_id}:
                concerned[dispatch.signal, user_id][pk] = name
                newest[dispatch.signal, user_id] = dispatch.pk
    for (signal, user_id), names in concerned.items():
        yield Wrong(
            key=f"{newest[signal, user_id]} for {user_id}",  # of a shard given up later is news
            owner_id=user_id,
            text=_not_carried_out(signal, names),
        )


def _concerned(dispatch: Dispatch) -> set[int]:
    """The subscriptions."""
    both = (dispatch.missed, dispatch.uncanceled)
    return {pk for some in both for pk in ((_UNKNOWN,) if some is None else some)}


def _accounts(subscription_ids: Collection[int]) -> Mapping[int, _Account]:
    rows = Subscription.objects.filter(id__in=subscription_ids)
    values = rows.values_list("id", "account__owner_id", "account__name")
    return {_UNKNOWN: (set(), "")} | {pk: ({owner}, name) for pk, owner, name in values}


def _not_carried_out(signal: Signal, accounts: Mapping[int, str]) -> str:
    """The names come last: they are what may be cut."""
    what = "An alert" if signal.flatten_run_id is None else "A flatten's closes"
    was = "was" if signal.flatten_run_id is None else "were"
    return (
        f"{what} for {signal.strategy} of {signal.received_at:%H:%M:%S} UTC {was} not carried out "
        "by a fault of the platform (a worker's log tells which): nothing was ordered or canceled "
        f"for {' and '.join(_named(accounts))}"
    )


def _named(accounts: Mapping[int, str]) -> Iterable[str]:
    names = sorted(name for pk, name in accounts.items() if pk != _UNKNOWN)
    if names:
        yield ", ".join(names[:_MOST_NAMED])
    if len(names) > _MOST_NAMED:
        yield f"{len(names) - _MOST_NAMED} more"
    if _UNKNOWN in accounts:
        yield "accounts that could not be found out"
