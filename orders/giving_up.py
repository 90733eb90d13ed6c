"""A dispatch that can be neither executed nor denied is given up, and who missed what is kept.

Kept, because it is told for a long time: what an alert meant does not change when a subscription
is paused or a new one comes.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from accounts.shards import in_shard
from orders.cancellation import cancelable_orders
from orders.models import Dispatch
from orders.planning import sender_subscriptions, trading_subscriptions
from strategies.intents import Action
from tradeplatform.lib.database_threads import DISCONNECTED

logger = logging.getLogger(__name__)


def give_up(dispatch_id: int, *, now: datetime) -> None:
    """End it without its orders, unless somebody has claimed it meanwhile."""
    dispatch = Dispatch.objects.select_related("signal").get(id=dispatch_id)
    Dispatch.objects.filter(id=dispatch_id, claimed_at__isnull=True).update(
        claimed_at=now,
        settled_at=now,
        given_up_at=now,
        missed=_if_known(_not_traded, dispatch),
        uncanceled=_if_known(_not_canceled, dispatch),
    )


def _if_known(read: Callable[[Dispatch], list[int]], dispatch: Dispatch) -> list[int] | None:
    """None where the fault is in the alert itself; a database that is away is raised, for it can
    be asked again."""
    try:
        return read(dispatch)
    except DISCONNECTED:
        raise
    except Exception:
        logger.exception("whose orders dispatch %s was to make is not known", dispatch.pk)
        return None


def _not_traded(dispatch: Dispatch) -> list[int]:
    """The subscriptions on which it would have traded."""
    meant = trading_subscriptions(dispatch.signal)
    own = in_shard(meant, dispatch.shard, shards=dispatch.shards)
    return list(own.values_list("id", flat=True))


def _not_canceled(dispatch: Dispatch) -> list[int]:
    """Those, paused or not, with orders that its cancels may have meant."""
    if all(plain["action"] == Action.PLACE for plain in dispatch.signal.intents):
        return []
    reached = sender_subscriptions(dispatch.signal)
    own = in_shard(reached, dispatch.shard, shards=dispatch.shards).values_list("id", flat=True)
    orders = cancelable_orders(own).filter(signal__received_at__lte=dispatch.signal.received_at)
    return sorted(set(orders.values_list("subscription_id", flat=True)))
