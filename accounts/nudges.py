"""Ask an account's worker to check its connection. The task is sent by name: the web process loads
neither the workers' code nor ccxt."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

from accounts.shards import queue_of, shard_of

logger = logging.getLogger(__name__)

# Nobody is waiting for the answer of a check that was asked for this long ago.
_EXPIRES_SECONDS = 60


def nudge_check(*, account_id: int) -> bool:
    """Whether the wish is on its way; False when the message broker does not answer.

    The worker writes what it finds into the account's health fields.
    """
    try:
        current_app.send_task(
            "accounts.check_connection",
            args=(account_id,),
            queue=queue_of(shard_of(account_id)),
            expires=_EXPIRES_SECONDS,
            ignore_result=True,
        )
    except OperationalError as error:
        logger.warning("cannot ask for a check of account %s: %s", account_id, error)
        return False
    return True
