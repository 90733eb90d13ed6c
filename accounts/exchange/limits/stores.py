"""Where units of one quota come from, and this process's own store of them."""

from collections.abc import Callable
from time import monotonic
from typing import Protocol

from accounts.exchange.limits.quotas import Quota, Rank
from accounts.exchange.limits.windows import Window


class Store(Protocol):
    """Units of one quota."""

    def take(self, units: float, *, rank: Rank) -> bool:
        """Use them if they are at hand."""

    async def find(self, units: float, *, rank: Rank, wanted: float) -> bool:
        """Use them if they can be had; all who wait would take `wanted`."""

    async def stock_up(self, wanted: float, *, rank: Rank) -> None:
        """Have so many at hand for who comes soon, as far as they can be had."""

    def correct(self, told: float) -> None:
        """So many were used by everybody, as the venue counts."""


class OwnStore:
    """Of what one account may do: all its orders leave from one process."""

    def __init__(self, quota: Quota, *, clock: Callable[[], float] = monotonic) -> None:
        self._most = quota.limit
        self._clock = clock
        self._window = Window(seconds=quota.seconds)

    def take(self, units: float, *, rank: Rank) -> bool:
        return self._window.use(units, self._clock(), most=self._most * rank.share)

    async def find(self, units: float, *, rank: Rank, wanted: float) -> bool:
        return self.take(units, rank=rank)

    async def stock_up(self, wanted: float, *, rank: Rank) -> None:
        """All that is left is at hand."""

    def correct(self, told: float) -> None:
        now = self._clock()
        missing = told - self._window.used(now)
        if missing > 0:
            self._window.use(missing, now)
