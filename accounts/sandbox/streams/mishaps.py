"""Random mishaps of stream events: a pure function of a seed, an account and a number."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from accounts.sandbox.faults.drawing import Draw, strikes

RANDOM_PROBABILITY = Decimal("0.1")


class Mishap(StrEnum):
    """What may happen to one event about an order."""

    LOST = "lost"
    REPEATED = "repeated"
    SWAPPED = "swapped"  # comes after the next one
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Mishaps:
    """Which events meet with one: so many in 1, the same under the same seed."""

    seed: int
    probability: Decimal = RANDOM_PROBABILITY

    def of_event(self, account: str, number: int) -> Mishap | None:
        """What happens to the account's event `number` (from 0), None for nothing."""
        draw = Draw(self.seed, f"stream {account}", number)
        if not strikes(draw, probability=self.probability):
            return None
        return draw.random("mishap").choice(list(Mishap))
