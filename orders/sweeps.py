"""Find what was accepted and not carried out: lost nudges, stopped workers, broken-off work.

Nothing here sends an order. What grew too old is denied with its reason, so that a missed order
is always reported.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import close_old_connections

from accounts.shards import in_shard
from orders.giving_up import give_up
from orders.market_data import MarketView
from orders.models import Dispatch, Order
from orders.nudges import nudge_dispatch_again
from orders.placement import claim
from orders.planning import load_plan
from orders.settling import REPLACEMENT_MAX_AGE, settle, settle_replacements
from tradeplatform.lib.database_threads import DISCONNECTED, done_again_when_disconnected

logger = logging.getLogger(__name__)

# A nudge normally takes milliseconds; after this long it counts as lost.
_NUDGE_LOST_AFTER = timedelta(seconds=3)
_AT_MOST = 200
_DATABASE_BACK_WITHIN = timedelta(minutes=5)


def sweep_unclaimed(*, now: datetime) -> None:
    """Nudge again for dispatches nobody has claimed; deny those whose signal has expired.

    One nudge for a strategy's newest on a shard: whoever executes that one executes the older ones
    before it. A nudge each would pile up in front of look-ups and cancels when workers are behind.
    """
    unclaimed = Dispatch.objects.filter(
        claimed_at__isnull=True, settled_at__isnull=True, created_at__lt=now - _NUDGE_LOST_AFTER
    )
    groups = ("signal__strategy_id", "shard")
    fresh = unclaimed.filter(signal__expires_at__gt=now).order_by(*groups, "-created_at", "-id")
    for dispatch_id, shard in fresh.distinct(*groups).values_list("id", "shard"):
        nudge_dispatch_again(dispatch_id=dispatch_id, shard=shard)
    expired = unclaimed.filter(signal__expires_at__lte=now).select_related("signal")
    for dispatch in expired.order_by("created_at", "id")[:_AT_MOST]:
        try:
            _end_expired(dispatch, now)
        except Exception:  # it comes back with the next sweep, and must not hold up the others
            logger.exception("expired dispatch %s cannot be ended now", dispatch.pk)
            close_old_connections()


def _end_expired(dispatch: Dispatch, now: datetime) -> None:
    """Deny it; one that cannot be denied is given up, so that it does not come back for ever.

    While the database is away nothing can be said of it: that is raised. But not for ever, for some
    errors of one statement look the same.
    """
    try:
        _deny_expired(dispatch.pk, now)
    except Exception as error:
        is_fresh = now < dispatch.signal.expires_at + _DATABASE_BACK_WITHIN
        if isinstance(error, DISCONNECTED) and is_fresh:
            raise
        logger.exception("expired dispatch %s is given up without its orders", dispatch.pk)
        close_old_connections()  # it may be the connection that is broken
        give_up(dispatch.pk, now=now)


@done_again_when_disconnected
def _deny_expired(dispatch_id: int, now: datetime) -> None:
    """Claim it like a worker would; all its orders are past their time, so each is denied."""
    plan = load_plan(dispatch_id)
    if plan is not None and claim(plan, MarketView(tables={}), now=now) is not None:
        settle(dispatch_id, now=now)


def sweep_abandoned(*, now: datetime) -> None:
    """Close the books of dispatches whose worker stopped: long past any time it could need."""
    longest = timedelta(seconds=3 * settings.EXCHANGE_TIMEOUT_SECONDS)
    abandoned = Dispatch.objects.filter(
        settled_at__isnull=True,
        claimed_at__isnull=False,
        signal__expires_at__lt=now - longest,
    )
    _settle_each(abandoned.order_by("created_at")[:_AT_MOST], now)
    settle_replacements(
        Order.objects.all(), sent_before=now - REPLACEMENT_MAX_AGE - longest, now=now
    )


def recover_shard(shard: int, *, started_at: datetime) -> None:
    """At a worker's start: what its predecessor claimed and did not finish has no one else."""
    left = Dispatch.objects.filter(settled_at__isnull=True, claimed_at__lt=started_at, shard=shard)
    _settle_each(left.order_by("created_at"), started_at)
    settle_replacements(
        in_shard(Order.objects.all(), shard), sent_before=started_at, now=started_at
    )


def _settle_each(dispatches: Iterable[Dispatch], now: datetime) -> None:
    for dispatch in dispatches:
        try:
            settle(dispatch.pk, now=now)
        except Exception:  # one that cannot be settled must not hold up the others
            logger.exception("dispatch %s cannot be settled", dispatch.pk)
