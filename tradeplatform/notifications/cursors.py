"""How far a table has been read although ids are committed out of order. Pure.

An id is drawn before its transaction commits, so a lower one may appear after a higher one was
read. The floor therefore rises only to a `mark` below which nothing can appear any more: every
transaction that had begun to write when the mark was set has ended, however long it took. A mark
is an id that was already the newest one round earlier, because an id is drawn a moment before its
transaction gets the number it is known by.
"""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Horizon:
    """PostgreSQL's running transactions: all below `oldest` have ended, `following` is next."""

    oldest: int
    following: int


@dataclass(frozen=True, slots=True)
class Cursor:
    """All up to `floor` is read for good; what is above it is read again and told once."""

    floor: int
    mark: int
    mark_is_safe_from: int
    newest: int

    def raised(self, *, newest: int, horizon: Horizon) -> "Cursor":
        """After everything visible above the floor was read; `horizon` is from before that."""
        if horizon.oldest < self.mark_is_safe_from:
            return self
        return Cursor(
            floor=self.mark,
            mark=self.newest,
            mark_is_safe_from=horizon.following,
            newest=newest,
        )

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self)


def starting_at(newest: int, horizon: Horizon) -> Cursor:
    """Nothing of the past, everything from now on."""
    return Cursor(floor=newest, mark=newest, mark_is_safe_from=horizon.following, newest=newest)


def from_json(stored: dict[str, Any]) -> Cursor:
    """What `to_json` stored."""
    return Cursor(**stored)
