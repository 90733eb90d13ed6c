"""The trading states and what each lets through; of those that apply to an order the strictest
wins. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from strategies.sizing import Denied


class TradingState(StrEnum):
    """Everything; closes and cancels only; cancels only."""

    ACTIVE = "ACTIVE"
    REDUCING = "REDUCING"
    HALTED = "HALTED"

    @property
    def strictness(self) -> int:
        """The higher, the less is let through."""
        return list(TradingState).index(self)


class Scope(StrEnum):
    """Whose trading a switch is for. A user's are the orders on that user's accounts."""

    EVERYTHING = "EVERYTHING"
    USER = "USER"
    ACCOUNT = "ACCOUNT"
    STRATEGY = "STRATEGY"


class RunAction(StrEnum):
    """What is done beside switching; each does what those before it do as well."""

    NONE = "NONE"
    CANCEL = "CANCEL"
    FLATTEN = "FLATTEN"

    def includes(self, other: "RunAction") -> bool:
        """Whether it does what the other one does."""
        words = list(RunAction)
        return words.index(self) >= words.index(other)


@dataclass(frozen=True, slots=True)
class Restraint:
    """A switch that is not at ACTIVE: where, who, when and why. `reason` may be empty."""

    state: TradingState
    scope: Scope
    target: str
    person: str
    since: datetime
    reason: str

    @property
    def sentence(self) -> str:
        """All of it in words."""
        why = f": {self.reason}" if self.reason else "."
        return (
            f"{self.target} is {self.state} since {self.since:%Y-%m-%d %H:%M} UTC, "
            f"set by {self.person}{why}"
        )

    def check(self, *, is_close: bool) -> None:
        """Raises Denied for an order that the state does not let through."""
        if self.state is TradingState.HALTED:
            raise Denied("TRADING_HALTED", f"No orders, only cancels: {self.sentence}")
        if self.state is TradingState.REDUCING and not is_close:
            raise Denied("TRADING_REDUCING", f"Only closes and cancels: {self.sentence}")
