"""The process's hooks: one teller per strategy, woken by nudges and by the beat.

All of a strategy's hooks run in one process, that of shard `strategy_id % SHARDS`, whatever the
shards of its accounts: so there is one object, and one order of calls.
"""

from threading import Lock

from accounts.shards import shard_of
from orders.hooks.telling import Teller
from strategies.models import HookProgress, Strategy


class Tellers:
    """Those of one process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._tellers: dict[int, Teller] = {}

    def wake(self, shard: int) -> None:
        """Have the shard's strategies told what is new; returns at once."""
        # Hooks that were taken away start anew, should they come back.
        HookProgress.objects.filter(strategy__hooks="").delete()
        rows = Strategy.objects.exclude(hooks="").select_related("owner")
        for strategy in rows:
            if shard_of(strategy.pk) == shard:
                self._teller(strategy).wake()

    def _teller(self, strategy: Strategy) -> Teller:
        with self._lock:
            teller = self._tellers.get(strategy.pk)
            if teller is None or teller.path != strategy.hooks:
                teller = self._tellers[strategy.pk] = Teller(strategy)
            return teller


tellers = Tellers()
