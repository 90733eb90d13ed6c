"""Where units of one quota come from: this process alone, or all of an address's together."""

from typing import NamedTuple, Protocol

from accounts.exchange.limits.quotas import Quota, Rank
from accounts.exchange.limits.windows import Window, end_of_slot, slot_of

# Besides what is asked for, so much of a quota is leased: fewer round trips, little left unused.
_SPARE_SHARE = 1 / 200


class Lease(NamedTuple):
    """Units that a process may use until the slot is over, and what all have leased lately."""

    granted: float
    used: float


class Ledger(Protocol):
    """Counts what all processes behind one address lease."""

    async def lease(
        self, key: str, quota: Quota, *, needed: float, spare: float, most: float, now: float
    ) -> Lease | None:
        """Lease what is needed and something to spare while the sum stays within `most`; nothing
        when even what is needed is too much. None while nobody can tell."""

    def correct(self, key: str, quota: Quota, *, used: float, now: float) -> None:
        """The venue counts this many: no fewer are counted from now on. Does not wait."""


class Store(Protocol):
    """Units of one quota."""

    def take(self, units: float, *, rank: Rank, now: float) -> bool:
        """Use them if they are at hand."""

    async def find(self, units: float, *, rank: Rank, wanted: float, now: float) -> bool:
        """Use them if they can be had; all who wait would take `wanted`."""

    def correct(self, used: float, *, now: float) -> None:
        """What the venue says was used."""


class OwnStore:
    """Of what one account may do: all its orders leave from one process."""

    def __init__(self, quota: Quota, *, part: float = 1) -> None:
        """`part` of the quota is this process's."""
        self._most = quota.limit * part
        self._window = Window(seconds=quota.seconds)

    def take(self, units: float, *, rank: Rank, now: float) -> bool:
        if self._window.used(now) + units > self._most * rank.share:
            return False
        self._window.use(units, now)
        return True

    async def find(self, units: float, *, rank: Rank, wanted: float, now: float) -> bool:
        return self.take(units, rank=rank, now=now)

    def correct(self, used: float, *, now: float) -> None:
        self._window.correct(used, now)

    def note(self, units: float, *, now: float) -> None:
        """Used, whatever is left."""
        self._window.use(units, now)


class SharedStore:
    """Of what one address may do, leased in portions: a call seldom costs a round trip.

    While the ledger is away the process lives on its own part of the quota.
    """

    def __init__(self, key: str, quota: Quota, ledger: Ledger, *, part: float) -> None:
        self._key = key
        self._quota = quota
        self._ledger = ledger
        self._own = OwnStore(quota, part=part)
        self._over = 0.0  # when the slot of the last lease is
        self._free = 0.0
        self._used = 0.0  # by all, those of `_free` included

    def take(self, units: float, *, rank: Rank, now: float) -> bool:
        if now >= self._over or self._free < units:
            return False
        if self._used - self._free + units > self._quota.limit * rank.share:
            return False
        self._free -= units
        self._own.note(units, now=now)
        return True

    async def find(self, units: float, *, rank: Rank, wanted: float, now: float) -> bool:
        lease = await self._ledger.lease(
            self._key,
            self._quota,
            needed=units,
            spare=wanted - units + self._quota.limit * _SPARE_SHARE,
            most=self._quota.limit * rank.share,
            now=now,
        )
        if lease is None:
            return self._own.take(units, rank=rank, now=now)
        self._keep(lease, now)
        return self.take(units, rank=rank, now=now)

    def correct(self, used: float, *, now: float) -> None:
        self._own.correct(used, now=now)
        # Others have leased since our last lease; only what is clearly more may be somebody else's.
        if used > self._used + self._quota.limit * _SPARE_SHARE:
            self._used = used
            self._ledger.correct(self._key, self._quota, used=used, now=now)

    def _keep(self, lease: Lease, now: float) -> None:
        """A portion of an earlier slot is void: it was counted there."""
        if now >= self._over:
            seconds = self._quota.seconds
            self._free = 0.0
            self._over = end_of_slot(slot_of(now, seconds=seconds), seconds=seconds)
        self._free += lease.granted
        self._used = lease.used
