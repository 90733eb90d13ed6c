"""What tests may have go wrong between the exchange and one account's streams.

Only events about orders are dropped, repeated, reordered or late; a pause holds back all of them.
"""

from dataclasses import dataclass, field

from accounts.sandbox.streams.mishaps import Mishap
from accounts.sandbox.streams.pushes import Push

_LATE_MS = 500  # of a random mishap


@dataclass(slots=True)
class Gate:
    """How many of the next events go wrong, and which are being held back."""

    drop: int = 0
    repeat: int = 0
    reorder: int = 0  # the next so many are held, and come in reverse with the last of them
    late: int = 0
    late_ms: int = 0  # by how much those are late
    is_paused: bool = False
    _reversed: list[Push] = field(default_factory=list, init=False)
    _held: list[Push] = field(default_factory=list, init=False)

    def meet_with(self, mishap: Mishap) -> None:
        """Have it happen to the next event about an order."""
        match mishap:
            case Mishap.LOST:
                self.drop = 1
            case Mishap.REPEATED:
                self.repeat = 1
            case Mishap.SWAPPED:
                self.reorder = 2
            case Mishap.LATE:
                self.late, self.late_ms = 1, _LATE_MS

    def delay_ms(self, push: Push) -> int:
        """How long `push` is on its way before it is admitted; counts it."""
        if not push.is_about_order or not self.late:
            return 0
        self.late -= 1
        return self.late_ms

    def admit(self, push: Push) -> list[Push]:
        """What is to be sent now that `push` has happened."""
        passed = self._bend(push) if push.is_about_order else [push]
        if self.is_paused:
            self._held += passed
            return []
        return passed

    def _bend(self, push: Push) -> list[Push]:
        if self.drop:
            self.drop -= 1
            return []
        copies = [push]
        if self.repeat:
            self.repeat -= 1
            copies = [push, push]
        if not self.reorder:
            return copies
        self.reorder -= 1
        self._reversed[:0] = copies
        return [] if self.reorder else self._take_reversed()

    def open(self) -> list[Push]:
        """Let everything through again; what was held back, to be sent now."""
        self.drop = self.repeat = self.reorder = self.late = 0
        self.is_paused = False
        held, self._held = self._held, []
        return held + self._take_reversed()

    def _take_reversed(self) -> list[Push]:
        taken, self._reversed = self._reversed, []
        return taken
