"""What a benchmark found."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

# Of fewer values the p99 would be the longest of them.
FEWEST_FOR_P99 = 100
# With one digit behind the point, that is.
_LOOKS_EQUAL = 0.05


def quantile(values: Sequence[float], share: float) -> float:
    """The least of them that so great a share of them does not exceed (the nearest rank)."""
    return sorted(values)[math.ceil(len(values) * share) - 1]


def tail(values: Sequence[float]) -> tuple[str, float]:
    """The p99 and its name; where there are too few values for one, the longest."""
    if len(values) < FEWEST_FOR_P99:
        return f"longest of {len(values)}", max(values)
    return "p99", quantile(values, 0.99)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured number. It is judged by its bounds; `aim`, the most that it should be, is only
    told, because milliseconds depend on the machine.

    Those of one name that differ in `accounts` are shown beside each other. What bears a `headline`
    is told first, under these words.
    """

    name: str
    value: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None
    aim: float | None = None
    accounts: int | None = None
    headline: str = ""

    @property
    def is_met(self) -> bool:
        """Whether it keeps its bounds."""
        return (self.at_least is None or self.value >= self.at_least) and (
            self.at_most is None or self.value <= self.at_most
        )

    @property
    def told(self) -> str:
        """The value with its unit, in more digits where it would else look like what it misses."""
        limits = (self.at_least, self.at_most, self.aim)
        is_close = any(x is not None and 0 < abs(self.value - x) < _LOOKS_EQUAL for x in limits)
        return f"{self.value:,.2f} {self.unit}" if is_close else measured(self.value, self.unit)

    @property
    def bound(self) -> str:
        """What it is judged by, or its aim, in words."""
        bounds = {"at least": self.at_least, "at most": self.at_most, "aim": self.aim}
        if self.at_least is not None and self.at_least == self.at_most:
            bounds = {"exactly": self.at_least}
        told = (f"{word} {measured(x, self.unit)}" for word, x in bounds.items() if x is not None)
        return next(told, "")

    @property
    def mark(self) -> str:
        """Whether it keeps its bounds or reaches its aim, in a word; empty where it has none."""
        if self.aim is not None:
            return "reached" if self.value <= self.aim else "not reached"
        if not self.bound:
            return ""
        return "ok" if self.is_met else "MISSED"


def measured(value: float, unit: str) -> str:
    """With its unit."""
    return f"{short(value)} {unit}".rstrip()


def short(value: float) -> str:
    """With as many digits as mean something."""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:,.1f}"
