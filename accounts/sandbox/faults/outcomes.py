"""What becomes of a request: whether it is booked, and what is told instead of the truth. Pure."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Reply(StrEnum):
    """What the one who asked gets to see."""

    TRUTH = "truth"  # the exchange's own answer
    SILENCE = "silence"  # nothing, and the connection stays open
    CUT = "cut"  # nothing, and the connection is cut
    HTML = "html"  # HTTP 200 with a page
    EMPTY = "empty"  # HTTP 200 with nothing in it
    HALF = "half"  # HTTP 200 with JSON that breaks off
    STATUS = "status"  # a gateway's error page
    REFUSAL = "refusal"  # a code of Binance's, with its text


@dataclass(frozen=True, slots=True)
class Answer:
    """What is told, `delay_ms` after the exchange has or has not done what was asked.

    `status` is a page's or a refusal's (None: Binance's own for the code), `code` and `message`
    a refusal's (empty: Binance's own); `retry_after_seconds` goes out as Retry-After.
    """

    reply: Reply = Reply.TRUTH
    is_booked: bool = True
    delay_ms: int = 0
    status: int | None = None
    code: int = 0
    message: str = ""
    retry_after_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Skew:
    """The exchange's clock is off by so much, for those it meets; what is booked keeps its time."""

    clock_ms: int


@dataclass(frozen=True, slots=True)
class Hide:
    """Queries and lists do not know yet what is younger than this."""

    younger_than_ms: int


@dataclass(frozen=True, slots=True)
class Ban:
    """From now on everything from the address is refused with `status`, for so long."""

    status: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Chance:
    """Whatever suits the request, drawn anew each time."""


Outcome = Answer | Skew | Hide | Ban | Chance


@dataclass(frozen=True, slots=True)
class Fate:
    """All that goes wrong with one request; as it stands, nothing does."""

    answer: Answer = Answer()
    clock_ms: int = 0
    unseen_ms: int = 0

    def with_condition(self, condition: Skew | Hide) -> "Fate":
        """The same under one condition more; several of a kind add up."""
        if isinstance(condition, Skew):
            return replace(self, clock_ms=self.clock_ms + condition.clock_ms)
        return replace(self, unseen_ms=self.unseen_ms + condition.younger_than_ms)
