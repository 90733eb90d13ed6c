"""How much of a quota was used lately: counted in slots, a dozen to the quota's span. Pure.

The slot that is only partly within the span counts in full, so that no span of that length, however
it is cut, holds more than was counted.
"""

from collections import deque

SLOTS = 12


def slot_of(now: float, *, seconds: int) -> int:
    """The number of the slot that this moment (Unix time) is in."""
    return int(now * SLOTS // seconds)


def end_of_slot(slot: int, *, seconds: int) -> float:
    """When the slot is over (Unix time)."""
    return (slot + 1) * seconds / SLOTS


class Window:
    """What was used in the last `seconds`, and a little longer."""

    def __init__(self, *, seconds: int) -> None:
        self._seconds = seconds
        self._slots: deque[tuple[int, float]] = deque()
        self._sum = 0.0

    def used(self, now: float) -> float:
        """The sum over all slots that may still count."""
        oldest = slot_of(now, seconds=self._seconds) - SLOTS
        while self._slots and self._slots[0][0] < oldest:
            self._sum -= self._slots.popleft()[1]
        return self._sum

    def use(self, units: float, now: float) -> None:
        """Count it in the present slot."""
        slot = slot_of(now, seconds=self._seconds)
        if self._slots and self._slots[-1][0] >= slot:
            last, before = self._slots.pop()
            self._slots.append((last, before + units))
        else:
            self._slots.append((slot, units))
        self._sum += units

    def correct(self, told: float, now: float) -> None:
        """The venue counts more than we do: somebody else uses the quota as well."""
        missing = told - self.used(now)
        if missing > 0:
            self.use(missing, now)
