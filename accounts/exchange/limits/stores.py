"""Where units of one quota come from: this process alone, or all of an address's together."""

from typing import NamedTuple, Protocol

from accounts.exchange.limits.quotas import Quota, Rank
from accounts.exchange.limits.windows import Window, end_of_slot, slot_of

# Besides what is asked for, so much of its part a process leases: fewer round trips. What all of
# them leave unused in the thirteen slots that count is then a tenth of the quota at most.
_SPARE_SHARE = 1 / 130
# Others have leased since our last lease; what the venue counts beyond that may be somebody else's.
_CLEARLY_MORE = 1 / 200


class Wish(NamedTuple):
    """Units that are needed, and some to spare, while the sum of all stays within `most`.

    Of what was used before, no fewer than `used` are to be counted from now on.
    """

    needed: float = 0
    spare: float = 0
    most: float = 0
    used: float = 0


class Lease(NamedTuple):
    """Units that a process may use until the slot is over, and what all have leased lately."""

    granted: float
    used: float


class Ledger(Protocol):
    """Counts what all processes behind one address lease."""

    async def lease(self, key: str, quota: Quota, wish: Wish, *, now: float) -> Lease | None:
        """What is wished for, or as much of it as there is; nothing when even what is needed is too
        much. None while nobody can tell."""

    def correct(self, key: str, quota: Quota, *, used: float, now: float) -> None:
        """The venue counts this many: no fewer are counted from now on. Does not wait."""


class Store(Protocol):
    """Units of one quota."""

    def take(self, units: float, *, rank: Rank, now: float) -> bool:
        """Use them if they are at hand."""

    async def find(self, units: float, *, rank: Rank, wanted: float, now: float) -> bool:
        """Use them if they can be had; all who wait would take `wanted`."""

    async def stock_up(self, wanted: float, *, rank: Rank, now: float) -> None:
        """Have so many at hand for who comes soon, as far as they can be had."""

    def correct(self, used: float, *, now: float) -> None:
        """What the venue says was used."""


class OwnStore:
    """Of what one account may do: all its orders leave from one process."""

    def __init__(self, quota: Quota) -> None:
        self._most = quota.limit
        self._window = Window(seconds=quota.seconds)

    def take(self, units: float, *, rank: Rank, now: float) -> bool:
        return self._window.use(units, now, most=self._most * rank.share)

    async def find(self, units: float, *, rank: Rank, wanted: float, now: float) -> bool:
        return self.take(units, rank=rank, now=now)

    async def stock_up(self, wanted: float, *, rank: Rank, now: float) -> None:
        """All that is left is at hand."""

    def correct(self, used: float, *, now: float) -> None:
        self._window.correct(used, now)


class SharedStore:
    """Of what one address may do, leased in portions: a call seldom waits for a round trip.

    While the ledger is away every process takes the others to use as much as it uses itself, and
    tells the ledger of it with the next lease.
    """

    def __init__(self, key: str, quota: Quota, ledger: Ledger, *, part: float) -> None:
        """`part` of what all processes use is this one's."""
        self._key = key
        self._quota = quota
        self._ledger = ledger
        self._part = part
        self._over = 0.0  # when the slot of the last lease is
        self._free = 0.0
        self._used = 0.0  # by all, those of `_free` included
        self._seen = Window(seconds=quota.seconds)  # used by all, as far as is known
        self._is_alone = False

    def take(self, units: float, *, rank: Rank, now: float) -> bool:
        if now >= self._over or self._free < units:
            return False
        if self._used - self._free + units > self._most(rank):
            return False
        self._free -= units
        return True

    async def find(self, units: float, *, rank: Rank, wanted: float, now: float) -> bool:
        if await self._lease(units, wanted, rank=rank, now=now):
            return self.take(units, rank=rank, now=now)
        return self._take_alone(units, rank=rank, now=now)

    async def stock_up(self, wanted: float, *, rank: Rank, now: float) -> None:
        missing = wanted - (self._free if now < self._over else 0)
        if missing > 0:
            await self._lease(0, missing, rank=rank, now=now)

    def correct(self, used: float, *, now: float) -> None:
        self._seen.correct(used, now)
        if used > self._used + self._quota.limit * _CLEARLY_MORE:
            self._used = used
            self._ledger.correct(self._key, self._quota, used=used, now=now)

    def _most(self, rank: Rank) -> float:
        return self._quota.limit * rank.share

    def _take_alone(self, units: float, *, rank: Rank, now: float) -> bool:
        self._is_alone = True
        return self._seen.use(units / self._part, now, most=self._most(rank))

    async def _lease(self, needed: float, wanted: float, *, rank: Rank, now: float) -> bool:
        """Whether the ledger tells; of what is wanted no less than is needed comes, or nothing."""
        lease = await self._ledger.lease(
            self._key,
            self._quota,
            Wish(
                needed=needed,
                spare=wanted - needed + self._quota.limit * self._part * _SPARE_SHARE,
                most=self._most(rank),
                used=self._seen.used(now) if self._is_alone else 0,
            ),
            now=now,
        )
        if lease is None:
            return False
        self._is_alone = False
        self._keep(lease, now)
        return True

    def _keep(self, lease: Lease, now: float) -> None:
        """A portion of an earlier slot is void: it was counted there."""
        seconds = self._quota.seconds
        over = end_of_slot(slot_of(now, seconds=seconds), seconds=seconds)
        if over < self._over:
            return
        if over > self._over:
            self._over, self._free, self._used = over, 0.0, 0.0
        self._free += lease.granted
        self._used = max(self._used, lease.used)
        self._seen.correct(lease.used, now)
