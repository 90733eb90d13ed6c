"""Whether a remainder is the owner's own business or drift. Pure.

A remainder is what the account holds less what its strategies believe to hold of the same thing.
The first one found is the owner's; from then on it has to stay the same.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from tradeplatform.lib.decimals import ZERO

# Two looks this far apart, so that two checks that overlap are not taken for two.
_CONFIRM_AFTER = timedelta(seconds=30)
_RELATIVE = Decimal("1e-8")


@dataclass(frozen=True, slots=True)
class Look:
    """What was found of one key, in base units. `step` is the venue's smallest quantity there.

    `has_open_orders`: one of them may have been filled without our knowing yet. `may_be_short`:
    the account can hold less than nothing, which coins cannot.
    """

    held: Decimal
    of_strategies: Decimal
    step: Decimal
    has_open_orders: bool
    may_be_short: bool

    @property
    def remainder(self) -> Decimal:
        """What the account holds beyond its strategies' positions."""
        return self.held - self.of_strategies

    def is_close(self, one: Decimal, other: Decimal) -> bool:
        """Whether the two differ by less than can be traded or told by the venue."""
        size = max(abs(self.held), abs(self.of_strategies), abs(other))
        return abs(one - other) < max(self.step, size * _RELATIVE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is accepted as the owner's own, and since when the account holds something else."""

    accepted: Decimal
    differs_since: datetime | None = None
    drifted_at: datetime | None = None


def first_verdict(look: Look, *, now: datetime) -> Verdict | None:
    """What to make of a key never seen before; None when that cannot be told yet.

    Coins that are missing are nobody's own: that is drift at once.
    """
    if look.is_close(look.remainder, ZERO):
        return Verdict(look.remainder)
    if look.has_open_orders:
        return None
    if look.remainder < ZERO and not look.may_be_short:
        return Verdict(ZERO, differs_since=now, drifted_at=now)
    return Verdict(look.remainder)


def next_verdict(verdict: Verdict, look: Look, *, last_found: Decimal, now: datetime) -> Verdict:
    """What to make of another look; `last_found` is the remainder of the look before.

    Different once may be a fill under way. Different twice is drift; while orders are open, only
    when the difference has stayed the same, because each look may miss another fill.
    """
    if look.is_close(look.remainder, verdict.accepted):
        return Verdict(verdict.accepted)
    if verdict.drifted_at is not None:
        return verdict
    is_moving = look.has_open_orders and not look.is_close(look.remainder, last_found)
    if verdict.differs_since is None or is_moving:
        return Verdict(verdict.accepted, differs_since=now)
    if now - verdict.differs_since < _CONFIRM_AFTER:
        return verdict
    return Verdict(verdict.accepted, verdict.differs_since, drifted_at=now)
