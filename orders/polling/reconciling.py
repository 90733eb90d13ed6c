"""Compare accounts with their venues at once and wait for it: at a start, and by hand."""

from collections.abc import Iterable

from orders.polling.due import AccountPoll
from orders.polling.poller import Poller
from orders.polling.results import PollResult
from tradeplatform.lib import loop


def reconcile(polls: Iterable[AccountPoll], *, timeout_seconds: float) -> list[PollResult]:
    """Poll these accounts all at once; raises TimeoutError when some have not answered by then.

    What the others told is written by then, and their feeds are marked as reconciled.
    """
    poller = Poller()
    try:
        return loop.call(poller.poll(polls), timeout_seconds=timeout_seconds)
    finally:
        poller.stop()
