"""Units of what all processes behind one address may use together."""

import asyncio
from collections.abc import Callable, Sequence
from time import monotonic
from typing import NamedTuple, Protocol

from accounts.exchange.limits.quotas import Quota, Rank
from accounts.exchange.limits.windows import Window, end_of_slot, slot_of

# Besides what is asked for, so much of its part a process leases: fewer round trips.
_SPARE_SHARE = 1 / 50
# What the venue counts beyond what we know may only be on its way to us.
_CLEARLY_MORE = 1 / 200
# A lease may come after its slot.
_TRIES = 2


class Statement(NamedTuple):
    """All that counts of one process: said again it changes nothing, said late it makes good.

    `used`: how many slots ago, and units; `free`: units that are leased and not used yet; `others`:
    what others use at least, as the venue has told; 0 when it has told nothing new.
    """

    used: Sequence[tuple[int, float]]
    free: float = 0
    others: float = 0


class Wish(NamedTuple):
    """Units that are needed, and some to spare, while the sum of all stays within `most`."""

    needed: float = 0
    spare: float = 0
    most: float = 0


class Lease(NamedTuple):
    """Units that a process may use until its slot is over, and what others use or have leased."""

    granted: float
    others: float


class Ledger(Protocol):
    """Where all processes behind one address state what they have used."""

    async def lease(self, key: str, quota: Quota, statement: Statement, wish: Wish) -> Lease | None:
        """What is wished for, or as much of it as there is; nothing when even what is needed is too
        much. What was stated before is replaced. None while nobody can tell."""


class SharedStore:
    """Leased in portions: a call seldom waits for a round trip. Used on one event loop only.

    What was not used when its slot is over is given back. While the ledger is away every process
    takes the others to use as much as it uses itself.
    """

    def __init__(
        self,
        key: str,
        quota: Quota,
        ledger: Ledger,
        *,
        part: float,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`part` of what all processes use is this one's."""
        self._key = key
        self._quota = quota
        self._ledger = ledger
        self._part = part
        self._clock = clock
        self._own = Window(seconds=quota.seconds)
        self._others = Window(seconds=quota.seconds)  # as of the last lease; outsiders as well
        self._free = 0.0
        self._over = 0.0  # when the slot is that `_free` may be used in
        self._news = 0.0  # what others use, as the venue has told, and not yet we the ledger
        self._news_until = 0.0
        self._doubts_until = 0.0  # whether the ledger knows what others have used without it
        # A statement that overtakes another would be replaced by the older one.
        self._one_at_a_time = asyncio.Lock()
        self._telling: asyncio.Task[None] | None = None
        self._give_back_timer: asyncio.TimerHandle | None = None

    def take(self, units: float, *, rank: Rank) -> bool:
        now = self._clock()
        if now >= self._over or self._free < units:
            return False
        # Others may have used more since it was leased, or a better rank has leased it.
        if not self._own.use(units, now, most=self._most(rank) - self._others.used(now)):
            return False
        self._free -= units
        return True

    async def find(self, units: float, *, rank: Rank, wanted: float) -> bool:
        async with self._one_at_a_time:
            for _ in range(_TRIES):
                if self.take(units, rank=rank):
                    return True
                now = self._clock()
                needed = max(units - self._at_hand(now), 0)
                spare = wanted - units + self._spare
                if not await self._ask(Wish(needed, spare, self._most(rank))):
                    return self._take_alone(units, rank=rank)
                if self._clock() < self._end_of_slot(now):
                    break
            return self.take(units, rank=rank)

    async def stock_up(self, wanted: float, *, rank: Rank) -> None:
        async with self._one_at_a_time:
            missing = wanted - self._at_hand(self._clock())
            if missing > 0:
                await self._ask(Wish(0, missing + self._spare, self._most(rank)))

    def correct(self, told: float) -> None:
        now = self._clock()
        others = told - self._own.used(now)
        if others > self._others.used(now) + self._quota.limit * _CLEARLY_MORE:
            self._news, self._news_until = others, now + self._quota.seconds
            self._know(others, now)
            self._tell()

    @property
    def _spare(self) -> float:
        return self._quota.limit * self._part * _SPARE_SHARE

    def _most(self, rank: Rank) -> float:
        return self._quota.limit * rank.share

    def _end_of_slot(self, now: float) -> float:
        seconds = self._quota.seconds
        return end_of_slot(slot_of(now, seconds=seconds), seconds=seconds)

    def _at_hand(self, now: float) -> float:
        """What may be used in this slot. What is left of another is stated no more."""
        return self._free if now < self._over else 0

    def _take_alone(self, units: float, *, rank: Rank) -> bool:
        now = self._clock()
        most = self._most(rank) - self._others.used(now) - (units / self._part - units)
        if not self._own.use(units, now, most=most):
            return False
        self._others.use(units / self._part - units, now)
        self._doubts_until = now + self._quota.seconds
        return True

    async def _ask(self, wish: Wish) -> bool:
        """Whether the ledger tells; what it grants is at hand then."""
        now = self._clock()
        free, news = self._at_hand(now), self._news
        lease = await self._ledger.lease(
            self._key,
            self._quota,
            Statement(self._own.by_age(now), free, news if now < self._news_until else 0),
            wish,
        )
        if lease is None:
            return False
        if self._news == news:
            self._news = 0
        self._keep(lease, over=self._end_of_slot(now))
        return True

    def _keep(self, lease: Lease, *, over: float) -> None:
        """A portion of a slot that is over is void: it is stated no more."""
        now = self._clock()
        if now >= self._doubts_until:
            self._others.forget()
        self._know(lease.others, now)
        self._know(self._news, now)  # it may have come meanwhile
        if now < over:
            self._free = self._at_hand(now) + lease.granted
            self._over = over
            self._give_back_when_over()
        elif lease.granted:
            self._tell()

    def _know(self, others: float, now: float) -> None:
        """That they use so many at least."""
        self._others.use(max(others - self._others.used(now), 0), now)

    def _give_back_when_over(self) -> None:
        if self._free and self._give_back_timer is None:
            loop = asyncio.get_running_loop()
            self._give_back_timer = loop.call_later(self._over - self._clock(), self._give_back)

    def _give_back(self) -> None:
        self._give_back_timer = None
        if self._free:
            self._tell()

    def _tell(self) -> None:
        """State how things are, unless that is about to be done. Does not wait."""
        if self._telling is None:
            self._telling = asyncio.create_task(self._state())
            self._telling.add_done_callback(self._forget_telling)

    async def _state(self) -> None:
        async with self._one_at_a_time:
            while await self._ask(Wish()) and self._news:
                continue

    def _forget_telling(self, _: asyncio.Task[None]) -> None:
        self._telling = None
