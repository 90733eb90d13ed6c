"""When an order that its venue cannot find counts as never having existed. Pure.

A venue may take seconds to show an order, so a miss counts only after a grace time, misses are
spaced with growing pauses, and a look-up that failed is no miss. Enough of them end the order where
the venue can prove absence; elsewhere a person is told once, and the search goes on.
"""

from datetime import datetime, timedelta

from django.db.models import Q

from accounts.exchange.types import MarketKey, NotSent
from accounts.exchange.venues import access_to
from orders.models import Order

# "Order not found" right after the send is normal at several venues.
GRACE = timedelta(seconds=5)
# Until the next look-up, by the number of misses; the last one for ever after.
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 10, 20, 40, 80, 160, 300))
_ENOUGH_MISSES = 4
_LONG_ENOUGH = timedelta(seconds=60)


def due(*, now: datetime) -> Q:
    """Orders that may be looked up: never missed, or missed long enough ago."""
    last = len(PAUSES) - 1
    query = Q(looked_up_at__isnull=True) | Q(looked_up_at__lte=now - PAUSES[last])
    for misses, pause in enumerate(PAUSES[:last]):
        query |= Q(missed_look_ups=misses, looked_up_at__lte=now - pause)
    return query


def given_up() -> Q:
    """Orders looked up in vain so often that a person was called, or would be."""
    return Q(missed_look_ups__gte=_ENOUGH_MISSES)


def is_due(order: Order, *, now: datetime) -> bool:
    """`due` for one order in memory."""
    if order.looked_up_at is None:
        return True
    pause = PAUSES[min(order.missed_look_ups, len(PAUSES) - 1)]
    return now - order.looked_up_at >= pause


def counts(order: Order, *, now: datetime) -> bool:
    """Whether a miss at this time says anything."""
    since = order.outcome_unknown_since
    return since is None or now - since >= GRACE


def is_enough(order: Order, *, misses: int, now: datetime) -> bool:
    """Whether so many misses, the last of them at this time, are enough to conclude from."""
    since = order.outcome_unknown_since
    return misses >= _ENOUGH_MISSES and (since is None or now - since >= _LONG_ENOUGH)


def was_enough(order: Order) -> bool:
    """Whether the misses so far were enough."""
    last = order.looked_up_at
    return last is not None and is_enough(order, misses=order.missed_look_ups, now=last)


def is_decisive(order: Order, *, now: datetime) -> bool:
    """Whether one more miss would be enough, so that the open orders are to be read as well."""
    return is_enough(order, misses=order.missed_look_ups + 1, now=now)


def proves_absence(order: Order, market: MarketKey, *, now: datetime) -> bool:
    """Whether the venue remembers every order for longer than this one is old."""
    try:
        remembered_for = access_to(market).remembered_for
    except NotSent:  # a venue that is not in our table any more
        return False
    if remembered_for is None or order.submitted_at is None:
        return False
    return now - order.submitted_at < remembered_for
