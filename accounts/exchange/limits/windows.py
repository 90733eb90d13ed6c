"""How much of a quota was used lately: counted in slots, a dozen to the quota's span. Pure.

Moments are those of the monotonic clock, so that a wall clock that is put right changes nothing.
The slot that is only partly within the span counts in full, so that no span of that length, however
it is cut, holds more than was counted.
"""

import math
from collections import deque

SLOTS = 12


def slot_of(now: float, *, seconds: int) -> int:
    """The number of the slot that this moment is in."""
    return int(now * SLOTS // seconds)


def end_of_slot(slot: int, *, seconds: int) -> float:
    """When the slot is over."""
    return (slot + 1) * seconds / SLOTS


class Window:
    """What was used in the last `seconds`, and a little longer."""

    def __init__(self, *, seconds: int) -> None:
        self._seconds = seconds
        self._past: deque[tuple[int, float]] = deque()  # earlier slots and their units
        self._slot = 0
        self._units = 0.0  # of the present slot
        self._over = 0.0  # when that one is
        self._sum = 0.0

    def used(self, now: float) -> float:
        """The sum over all slots that may still count."""
        if now >= self._over:
            self._go_on(now)
        return self._sum

    def use(self, units: float, now: float, *, most: float = math.inf) -> bool:
        """Count it in the present slot, unless the sum would be more than that."""
        if now >= self._over:
            self._go_on(now)
        if self._sum + units > most:
            return False
        self._units += units
        self._sum += units
        return True

    def forget(self) -> None:
        """Nothing was used."""
        self._past.clear()
        self._units = self._sum = 0

    def by_age(self, now: float) -> list[tuple[int, float]]:
        """What counts: how many slots ago, and units."""
        if now >= self._over:
            self._go_on(now)
        return [(self._slot - slot, units) for slot, units in self._past] + [(0, self._units)]

    def _go_on(self, now: float) -> None:
        """Begin a slot, forget those that count no more."""
        if self._units:
            self._past.append((self._slot, self._units))
            self._units = 0
        self._slot = slot_of(now, seconds=self._seconds)
        while self._past and self._past[0][0] < self._slot - SLOTS:
            self._sum -= self._past.popleft()[1]
        self._over = end_of_slot(self._slot, seconds=self._seconds)
