"""A dispatch that can be neither executed nor denied is given up, and who missed what is kept.

Kept, because it is told for a long time: subscriptions change, and what an alert meant does not.
"""

import logging
from datetime import datetime

from accounts.shards import in_shard
from orders.models import Dispatch
from orders.planning import trading_subscriptions

logger = logging.getLogger(__name__)


def give_up(dispatch_id: int, *, now: datetime) -> None:
    """End it without its orders, unless somebody has claimed it meanwhile."""
    dispatch = Dispatch.objects.select_related("signal").get(id=dispatch_id)
    unclaimed = Dispatch.objects.filter(id=dispatch_id, claimed_at__isnull=True)
    unclaimed.update(claimed_at=now, settled_at=now, given_up_at=now, missed=_meant(dispatch))


def _meant(dispatch: Dispatch) -> list[int]:
    """The subscriptions on which it would have traded, as far as that can be told."""
    try:
        meant = trading_subscriptions(dispatch.signal)
        own = in_shard(meant, dispatch.shard, shards=dispatch.shards)
        return list(own.values_list("id", flat=True))
    except Exception:
        logger.exception("dispatch %s: nobody knows for whom it was", dispatch.pk)
        return []
