"""Who waits for units of one quota: the best rank goes first, and in it whoever came first."""

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from time import monotonic

from accounts.exchange.limits.lanes import NO_LANE, Lane
from accounts.exchange.limits.quotas import Quota, Rank
from accounts.exchange.limits.stores import Store
from accounts.exchange.limits.windows import end_of_slot, slot_of

logger = logging.getLogger(__name__)

# Where units come from may have been away.
_LOOK_AGAIN_SECONDS = 1


@dataclass(slots=True, eq=False)
class _Turn:
    rank: Rank
    units: float
    until: float  # by the monotonic clock
    may_go: asyncio.Future[None]


class Turns:
    """The queue at one quota. Used on one event loop only."""

    def __init__(self, quota: Quota, store: Store) -> None:
        self.quota = quota
        self.store = store
        self._waiting: dict[Rank, deque[_Turn]] = {rank: deque() for rank in Rank}
        self._arrived = asyncio.Event()
        self._usher: asyncio.Task[None] | None = None

    def take_at_hand(self, units: float, *, rank: Rank) -> bool:
        """Use the units if they are at hand; while others wait nothing is."""
        if not units:
            return True
        return self._usher is None and self.store.take(units, rank=rank)

    async def take(self, units: float, *, rank: Rank, until: float, lane: Lane = NO_LANE) -> None:
        """Wait for units that are not at hand, until they are the caller's; raises TimeoutError at
        `until` (Unix time).

        They are taken at the best rank of those who wait in the lane, also who comes later.
        """
        may_go: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        turn = _Turn(lane.best(rank), units, monotonic() + until - time.time(), may_go)
        self._line_up(turn)
        if self._usher is None:
            self._usher = asyncio.create_task(self._let_in())
        hurry = partial(self._hurry, turn)
        lane.hurries.add(hurry)
        try:
            await may_go
        finally:
            lane.hurries.remove(hurry)

    def _line_up(self, turn: _Turn) -> None:
        self._waiting[turn.rank].append(turn)
        self._arrived.set()

    def _hurry(self, turn: _Turn, rank: Rank) -> None:
        """Have it wait among those of a better rank; one that waits no longer is left alone."""
        if rank < turn.rank and not turn.may_go.done():
            self._waiting[turn.rank].remove(turn)
            turn.rank = rank
            self._line_up(turn)

    async def _let_in(self) -> None:
        """One after another, as long as somebody waits."""
        try:
            await asyncio.sleep(0)  # let those who are ready in this turn of the loop join
            while (first := self._serve()) is not None:
                await self._find_for(first)
        except Exception:
            logger.exception("Nobody is let in at %s; whoever waits is sent away", self.quota)
        finally:
            self._usher = None
            self._send_away(until=math.inf)  # nobody is left, unless the letting in broke off

    def _serve(self) -> _Turn | None:
        """Let in all for whom there is enough at hand; the first for whom there is not."""
        self._forget_the_gone()
        for queue in self._waiting.values():
            while queue:
                first = queue[0]
                if not self.store.take(first.units, rank=first.rank):
                    return first
                first.may_go.set_result(None)
                queue.popleft()
        return None

    def _forget_the_gone(self) -> None:
        """Who was canceled or sent away: nothing is looked for on their account."""
        for rank, queue in self._waiting.items():
            self._waiting[rank] = deque(turn for turn in queue if not turn.may_go.done())

    async def _find_for(self, first: _Turn) -> None:
        self._arrived.clear()
        wanted = sum(turn.units for turn in self._waiting[first.rank])
        if await self.store.find(first.units, rank=first.rank, wanted=wanted):
            self._waiting[first.rank].remove(first)  # its rank may be a better one by now
            if not first.may_go.done():
                first.may_go.set_result(None)
        else:
            await self._until_something_changes()
            self._send_away(until=monotonic())

    async def _until_something_changes(self) -> None:
        now, seconds = monotonic(), self.quota.seconds
        over = end_of_slot(slot_of(now, seconds=seconds), seconds=seconds)
        until = min(over, now + _LOOK_AGAIN_SECONDS, *(turn.until for turn in self._turns()))
        try:
            async with asyncio.timeout(until - now):
                await self._arrived.wait()
        except TimeoutError:
            return

    def _send_away(self, *, until: float) -> None:
        """Those who may wait no longer than this: hundreds wait at once, too many for timers."""
        for turn in self._turns():
            if turn.until <= until and not turn.may_go.done():
                turn.may_go.set_exception(TimeoutError())

    def _turns(self) -> Iterator[_Turn]:
        return chain.from_iterable(self._waiting.values())
