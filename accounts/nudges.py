"""Tell a shard's worker to look at its rows now. Tasks are sent by name: the web process loads
neither the workers' code nor ccxt."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

from accounts.shards import queue_of, shard_of

logger = logging.getLogger(__name__)

# Nobody is waiting for the answer of a check that was asked for this long ago.
_CHECK_EXPIRES_SECONDS = 60


def nudge(task: str, *arguments: int, shard: int, expires_seconds: float | None = None) -> bool:
    """Whether the wish is on its way; False when the message broker does not answer.

    A worker that comes to it after `expires_seconds` lets it be.
    """
    try:
        current_app.send_task(
            task,
            args=arguments,
            queue=queue_of(shard),
            expires=expires_seconds,
            ignore_result=True,
        )
    except OperationalError as error:
        logger.warning("no nudge for %s %s: %s", task, arguments[0], error)
        return False
    return True


def nudge_check(*, account_id: int) -> bool:
    """Ask an account's worker to check its connection and to write what it finds into the
    account's health fields; False when the message broker does not answer."""
    return nudge(
        "accounts.check_connection",
        account_id,
        shard=shard_of(account_id),
        expires_seconds=_CHECK_EXPIRES_SECONDS,
    )
