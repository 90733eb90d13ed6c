"""Who waits for units of one quota: the best rank goes first, and in it whoever came first."""

import asyncio
import heapq
import itertools
import time
from dataclasses import dataclass, field

from accounts.exchange.limits.quotas import Quota, Rank
from accounts.exchange.limits.stores import Store
from accounts.exchange.limits.windows import end_of_slot, slot_of


@dataclass(order=True, slots=True)
class _Turn:
    rank: Rank
    number: int
    units: float = field(compare=False)
    may_go: asyncio.Future[None] = field(compare=False)


class Turns:
    """The queue at one quota. Used on one event loop only."""

    def __init__(self, quota: Quota, store: Store) -> None:
        self.quota = quota
        self.store = store
        self._numbers = itertools.count()
        self._waiting: list[_Turn] = []
        self._arrived = asyncio.Event()
        self._usher: asyncio.Task[None] | None = None

    async def take(self, units: float, *, rank: Rank, until: float) -> None:
        """Return once the units are the caller's; raises TimeoutError at `until` (Unix time)."""
        if not units or self._is_at_hand(units, rank):
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, _Turn(rank, next(self._numbers), units, future))
        self._arrived.set()
        if self._usher is None:
            self._usher = asyncio.create_task(self._let_in())
        async with asyncio.timeout(until - time.time()):
            await future

    def _is_at_hand(self, units: float, rank: Rank) -> bool:
        """And then they are used; while others wait nothing is."""
        return not self._waiting and self.store.take(units, rank=rank, now=time.time())

    async def _let_in(self) -> None:
        """One after another, as long as somebody waits."""
        try:
            await asyncio.sleep(0)  # let those who are ready in this turn of the loop join
            while self._waiting:
                await self._let_in_first()
        finally:
            self._usher = None

    async def _let_in_first(self) -> None:
        self._arrived.clear()
        first = self._waiting[0]
        if first.may_go.done():  # it waits no longer
            heapq.heappop(self._waiting)
            return
        now = time.time()
        if self.store.take(first.units, rank=first.rank, now=now) or await self._find(first, now):
            if not first.may_go.done():
                first.may_go.set_result(None)
        else:
            await self._until_something_changes(now)

    async def _find(self, first: _Turn, now: float) -> bool:
        wanted = sum(turn.units for turn in self._waiting if turn.rank == first.rank)
        return await self.store.find(first.units, rank=first.rank, wanted=wanted, now=now)

    async def _until_something_changes(self, now: float) -> None:
        seconds = self.quota.seconds
        over = end_of_slot(slot_of(now, seconds=seconds), seconds=seconds)
        try:
            async with asyncio.timeout(max(over - time.time(), 0)):
                await self._arrived.wait()
        except TimeoutError:
            return
