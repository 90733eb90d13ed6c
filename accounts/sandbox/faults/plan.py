"""The faults that are set, and what each request is due. Knows no clock and does nothing itself.

Invariant: a request gets the first fault that spoils its answer and every condition (skew, hide)
that meets it, and each of those is counted as having struck.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import count

from accounts.sandbox.faults.asked import Aim, Asked
from accounts.sandbox.faults.drawing import Draw, drawn, stream_of, strikes
from accounts.sandbox.faults.outcomes import Answer, Ban, Chance, Fate, Hide, Outcome, Skew

ALWAYS = Decimal(1)
_ANYTHING = Aim()
RANDOM_PROBABILITY = Decimal("0.1")  # of a random plan that names none


@dataclass(frozen=True, slots=True)
class Fault:
    """Which requests are met, how often (None: until it is removed), and what happens to them.

    Below a `probability` of 1 the requests met are a function of `seed`, see `drawing`.
    """

    outcome: Outcome
    aim: Aim = _ANYTHING
    times: int | None = 1
    probability: Decimal = ALWAYS
    seed: int = 0


@dataclass(slots=True)
class Standing:
    """A fault that is set."""

    number: int
    fault: Fault
    struck: int = 0
    _seen: Counter[str] = field(default_factory=Counter)

    @property
    def spoils_answers(self) -> bool:
        """Whether it changes what is told, not only the conditions."""
        return not isinstance(self.fault.outcome, Skew | Hide)

    def outcome_for(self, asked: Asked) -> Answer | Skew | Hide | Ban | None:
        """What it does to the request, None when it lets it pass."""
        fault = self.fault
        if self.struck == fault.times or not fault.aim.meets(asked):
            return None
        stream = stream_of(asked)
        draw = Draw(fault.seed, stream, self._seen[stream])
        self._seen[stream] += 1
        if not strikes(draw, probability=fault.probability):
            return None
        self.struck += 1
        return drawn(draw, kind=asked.kind) if isinstance(fault.outcome, Chance) else fault.outcome


class Plan:
    """All faults that are set, in the order in which they were set."""

    def __init__(self, *faults: Fault) -> None:
        """Begin with `faults`."""
        self._numbers = count(1)
        self._standing: dict[int, Standing] = {}
        for fault in faults:
            self.add(fault)

    def __iter__(self) -> Iterator[Standing]:
        """Those set, oldest first."""
        return iter(self._standing.values())

    def add(self, fault: Fault) -> Standing:
        """Set one more."""
        number = next(self._numbers)
        self._standing[number] = Standing(number, fault)
        return self._standing[number]

    def remove(self, number: int) -> bool:
        """Take one away; whether there was one."""
        return self._standing.pop(number, None) is not None

    def clear(self) -> None:
        """Take all away."""
        self._standing.clear()

    def fate(self, asked: Asked) -> Fate | Ban:
        """What becomes of the request; a ban that strikes now is for the caller to begin."""
        fate = Fate()
        is_spoiled = False
        for standing in self:
            if is_spoiled and standing.spoils_answers:
                continue
            outcome = standing.outcome_for(asked)
            if isinstance(outcome, Ban):
                return outcome
            if isinstance(outcome, Answer):
                fate, is_spoiled = replace(fate, answer=outcome), True
            elif outcome is not None:
                fate = fate.with_condition(outcome)
        return fate
