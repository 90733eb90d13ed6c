"""What tests may have go wrong between the exchange and one account's streams.

Only events about orders are dropped, repeated or reordered; a pause holds back all of them.
"""

from dataclasses import dataclass, field

from accounts.sandbox.streams.pushes import Push


@dataclass(slots=True)
class Gate:
    """How many of the next events go wrong, and which are being held back."""

    drop: int = 0
    repeat: int = 0
    reorder: int = 0  # the next so many are held, and come in reverse with the last of them
    is_paused: bool = False
    _reversed: list[Push] = field(default_factory=list, init=False)
    _held: list[Push] = field(default_factory=list, init=False)

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
        self.drop = self.repeat = self.reorder = 0
        self.is_paused = False
        held, self._held = self._held, []
        return held + self._take_reversed()

    def _take_reversed(self) -> list[Push]:
        taken, self._reversed = self._reversed, []
        return taken
