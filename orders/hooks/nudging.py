"""After a commit, wake the hooks of the strategies concerned. Costs nothing where there are none.

Which subscriptions have hooks is remembered for a few seconds, so that the order path looks into
a dictionary instead of asking the database. What is missed meanwhile the beat finds.
"""

import time
from collections.abc import Iterable, Mapping
from threading import Lock

from django.db import transaction

from accounts.shards import shard_of
from orders.nudges import nudge_hooks
from strategies.models import Subscription

_REMEMBERED_SECONDS = 5


class _Hooked:
    """Subscription to strategy, for strategies with hooks."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._strategies: dict[int, int] = {}
        self._read_at: float | None = None

    def strategies(self) -> Mapping[int, int]:
        """What is remembered, read anew when it is too old."""
        with self._lock:
            now = time.monotonic()
            if self._read_at is None or now - self._read_at > _REMEMBERED_SECONDS:
                rows = Subscription.objects.exclude(strategy__hooks="")
                self._strategies = dict(rows.values_list("id", "strategy_id"))
                self._read_at = now
            return self._strategies

    def forget(self) -> None:
        """Read anew the next time."""
        with self._lock:
            self._read_at = None


hooked = _Hooked()


def nudge_hooks_after_commit(subscription_ids: Iterable[int]) -> None:
    """Wake the hooks of these subscriptions' strategies once the transaction commits."""
    known = hooked.strategies()
    found = {known[row_id] for row_id in subscription_ids if row_id in known}
    for shard in {shard_of(strategy_id) for strategy_id in found}:
        _nudge_after_commit(shard)


def nudge_strategy_after_commit(strategy_id: int) -> None:
    """Wake the hooks of this strategy, if it has some, once the transaction commits."""
    if strategy_id in hooked.strategies().values():
        _nudge_after_commit(shard_of(strategy_id))


def _nudge_after_commit(shard: int) -> None:
    transaction.on_commit(lambda: nudge_hooks(shard=shard), robust=True)
