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
        self._slots: deque[list[float]] = deque()  # numbers and units; the last is the present one
        self._over = 0.0  # when that one is
        self._sum = 0.0

    def used(self, now: float) -> float:
        """The sum over all slots that may still count."""
        if now >= self._over:
            self._go_on(now)
        return self._sum

    def use(self, units: float, now: float) -> None:
        """Count it in the present slot."""
        if now >= self._over:
            self._go_on(now)
        self._slots[-1][1] += units
        self._sum += units

    def correct(self, told: float, now: float) -> None:
        """The venue counts more than we do: somebody else uses the quota as well."""
        missing = told - self.used(now)
        if missing > 0:
            self.use(missing, now)

    def _go_on(self, now: float) -> None:
        """Begin a slot, forget those that count no more."""
        slot = slot_of(now, seconds=self._seconds)
        while self._slots and self._slots[0][0] < slot - SLOTS:
            self._sum -= self._slots.popleft()[1]
        self._slots.append([slot, 0])
        self._over = end_of_slot(slot, seconds=self._seconds)
