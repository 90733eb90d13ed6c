"""How far a table has been read although its ids are committed out of order. Pure.

A transaction may commit a lower id after a higher one was read. So ids are remembered one by one
(`seen`) above a `floor`, and the floor rises only to a `mark` that was the table's newest id a
good while ago: whatever has an id up to it is visible by now.
"""

from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Cursor:
    """All up to `floor` is told, and of what is above it `seen`."""

    floor: int
    mark: int
    seen: frozenset[int] = frozenset()

    def told(self, *row_ids: int) -> "Cursor":
        """After these rows were told."""
        return replace(self, seen=self.seen.union(row_ids))

    def raised(self, *, newest: int) -> "Cursor":
        """The floor at the mark, and a new mark; call when all up to the old mark is told."""
        above = frozenset(row_id for row_id in self.seen if row_id > self.mark)
        return Cursor(floor=self.mark, mark=newest, seen=above)

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {"floor": self.floor, "mark": self.mark, "seen": sorted(self.seen)}


def starting_at(newest: int) -> Cursor:
    """Nothing of the past, everything from now on."""
    return Cursor(floor=newest, mark=newest)


def from_json(stored: dict[str, Any]) -> Cursor:
    """What `to_json` stored."""
    return Cursor(stored["floor"], stored["mark"], frozenset(stored["seen"]))
