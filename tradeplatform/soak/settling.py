"""Whether the platform has come to rest, judged from its own rows only."""

import threading
from collections.abc import Iterator, Sequence
from datetime import datetime
from time import monotonic
from typing import Any

from django.db import Error, close_old_connections
from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from orders.models import UNRESOLVED, Dispatch, Expiry, Feed, Order, Remainder
from orders.transitions import OPEN, OrderStatus

_UNFINISHED = [OrderStatus.INITIALIZED, OrderStatus.SUBMITTED, OrderStatus.PENDING_CANCEL]
_PAUSE_SECONDS = 1.0


def await_rest(*, healed_at: datetime, seconds: float) -> Sequence[str]:
    """Wait until nothing is left to be done, at most so long; what is left, in words."""
    deadline = monotonic() + seconds
    while (left := _look(healed_at)) and monotonic() < deadline:
        threading.Event().wait(_PAUSE_SECONDS)
    return left


def _look(healed_at: datetime) -> Sequence[str]:
    close_old_connections()
    try:
        return list(_left(healed_at))
    except Error as error:
        return [f"the database does not answer: {error}"]


def _left(healed_at: datetime) -> Iterator[str]:
    """What the platform has still to do, or has not looked at since everything was healed."""
    counts = {
        "alerts not carried out": Dispatch.objects.filter(settled_at=None),
        "orders without an end or an answer": Order.objects.filter(
            Q(status__in=_UNFINISHED) | UNRESOLVED
        ),
        "replacements under way": Expiry.objects.filter(settled_at=None),
        "open orders that a rule will end": Order.objects.filter(
            status__in=sorted(OPEN),
            subscription__strategy__expiry_rules__is_active=True,
        ).distinct(),
        "accounts not polled": _unpolled(healed_at),
        "accounts whose holdings are not checked": _unchecked(healed_at),
        "holdings that differ from our books": Remainder.objects.exclude(differs_since=None),
    }
    for what, rows in counts.items():
        if number := rows.count():
            yield f"{what}: {number}"


def _unpolled(healed_at: datetime) -> QuerySet[Feed]:
    with_open_orders = Order.objects.filter(
        status__in=sorted(OPEN),
        account=OuterRef("account"),
        subscription__strategy__market_type=OuterRef("market_type"),
    )
    is_behind = Q(polled_at=None) | Q(polled_at__lt=healed_at) | ~Q(poll_problem="")
    return Feed.objects.filter(Exists(with_open_orders)).filter(is_behind)


def _unchecked(healed_at: datetime) -> QuerySet[Remainder, Any]:
    """What an account holds no more, and has no orders in, is checked once more and not again."""
    held = Remainder.objects.exclude(of_strategies=0)
    checked = held.values("account", "market_type").annotate(last=Max("checked_at"))
    return checked.filter(last__lt=healed_at)
