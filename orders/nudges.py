"""Tell a shard's worker to look at its rows now. Tasks are sent by name: the web process loads
neither the workers' code nor ccxt.

A nudge may be lost without harm; whoever finds the rows later does the work.
"""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

from accounts.shards import queue_of

logger = logging.getLogger(__name__)


def nudge_dispatch(*, dispatch_id: int, shard: int) -> None:
    """Ask the shard's worker to execute this dispatch row."""
    _send("orders.execute_dispatch", dispatch_id, shard=shard)


def nudge_cancels(*, shard: int) -> None:
    """Ask the shard's worker to send the cancels that are due."""
    _send("orders.send_due_cancels", shard, shard=shard)


def nudge_look_up(*, shard: int) -> None:
    """Ask the shard's worker to look up the orders whose outcome or fills are missing."""
    _send("orders.look_up", shard, shard=shard)


def _send(task: str, argument: int, *, shard: int) -> None:
    try:
        current_app.send_task(task, args=(argument,), queue=queue_of(shard), ignore_result=True)
    except OperationalError as error:
        logger.warning("no nudge for %s %s, the sweep will find it: %s", task, argument, error)
