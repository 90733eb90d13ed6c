"""Wait a short time for the accounts, without ever costing another alert its acknowledgement.

Only a few requests of a process may wait at once; the rest are answered with what is known, so
that threads stay free to accept alerts.
"""

import threading
from functools import lru_cache
from uuid import UUID

from django.conf import settings

from orders.results import is_settled
from webhooks.timing import Stopwatch

# No exchange answers sooner than the first, and looking takes processor time from the workers.
_FIRST_PAUSE_SECONDS = 0.03
_LONGEST_PAUSE_SECONDS = 0.1
_PAUSE_GROWTH = 1.5


def wait_until_settled(signal_id: UUID, watch: Stopwatch) -> bool:
    """Until every account is through, at most until WEBHOOK_WAIT_SECONDS after the request's start.

    False, at once, when all waiting slots are taken.
    """
    slots = _slots(settings.WEBHOOK_WAIT_SLOTS)
    if not slots.acquire(blocking=False):
        return False
    try:
        _wait(signal_id, watch)
    finally:
        slots.release()
    return True


@lru_cache(maxsize=1)
def _slots(count: int) -> threading.Semaphore:
    return threading.Semaphore(count)


def _wait(signal_id: UUID, watch: Stopwatch) -> None:
    pause = _FIRST_PAUSE_SECONDS
    clock = threading.Event()
    while watch.seconds() + pause <= settings.WEBHOOK_WAIT_SECONDS:
        clock.wait(pause)
        if is_settled(signal_id):
            return
        pause = min(pause * _PAUSE_GROWTH, _LONGEST_PAUSE_SECONDS)
