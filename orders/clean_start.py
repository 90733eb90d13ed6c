"""Start with a clean slate where that is wanted: open orders from before are canceled first."""

import logging
from datetime import datetime

from django.conf import settings

from accounts.shards import in_shard
from orders.cancellation import request_cancels, unfinished_orders

logger = logging.getLogger(__name__)


def cancel_on_start(shard: int, *, now: datetime) -> int:
    """Ask for the cancel of the shard's open orders of strategies that want it; returns how many.

    `settings.CANCEL_ON_START` wants it for every strategy. The worker sends the cancels with its
    first tasks.
    """
    orders = in_shard(unfinished_orders(), shard)
    if not settings.CANCEL_ON_START:
        orders = orders.filter(subscription__strategy__cancel_on_start=True)
    ids = list(orders.values_list("id", flat=True))
    reason = "canceled at the platform's start"
    asked = len(request_cancels(order_ids=ids, reason=reason, now=now))
    if asked:
        logger.warning("shard %s: %s open orders from before the start are canceled", shard, asked)
    return asked
