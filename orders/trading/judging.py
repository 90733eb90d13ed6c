"""What a flatten does next about one position. Pure.

One close at a time: nothing new while an order that may take from the position has not ended.
What is left is tried again, after refusals a few times and ever more seldom; what the exchange does
not trade is left.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from tradeplatform.lib.decimals import ZERO

# Closes that filled nothing, one after another; and all of them.
_MOST_IN_VAIN = 5
_MOST_TRIES = 30
# How a close is denied where the exchange trades no less than what is left.
TOO_LITTLE = frozenset({"NO_LONG_POSITION", "NO_SHORT_POSITION"})
# The exchange was not asked, not reached, or turned everything away unread: no try, whatever their
# number; it may last for hours.
NOT_ASKED = frozenset(
    {
        *("ACCOUNT_PAUSED", "VENUE_PAUSED", "NOT_CONNECTED", "REQUESTS_USED_UP"),
        *("MARKETS_NOT_LOADED", "MARKET_DATA_UNAVAILABLE"),
        *("SIGNAL_EXPIRED", "INTERRUPTED"),  # our own workers were away
        *("VENUE_UNAVAILABLE", "RATE_LIMITED", "CLOCK_SKEW"),
    }
)
_LONGEST_PAUSE = timedelta(seconds=32)


@dataclass(frozen=True, slots=True)
class Held:
    """A position that is not zero, since when; short is negative."""

    quantity: Decimal
    is_spot: bool
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Close:
    """One of the flatten's closes of a position, and its refusal if it was refused."""

    at: datetime
    error_code: str = ""
    error_message: str = ""
    has_filled: bool = False


@dataclass(frozen=True, slots=True)
class Tries:
    """The flatten's closes of the position so far, and the last one's refusal if it was refused.

    `in_vain` are those since the last one that filled anything. Neither counts those that the
    exchange never looked at; `unasked` is how many of these came last.
    """

    count: int = 0
    in_vain: int = 0
    last_at: datetime | None = None
    error_code: str = ""
    error_message: str = ""
    unasked: int = 0

    def after(self, close: Close) -> "Tries":
        """These and one more."""
        was_asked = close.error_code not in NOT_ASKED
        return Tries(
            count=self.count + was_asked,
            in_vain=0 if close.has_filled else self.in_vain + was_asked,
            last_at=close.at,
            error_code=close.error_code,
            error_message=close.error_message,
            unasked=0 if was_asked else self.unasked + 1,
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """Close it now, or wait, or neither: then `note` says why something stays.

    `is_over`: nothing more is done about it. `is_harmless`: it stays because it is too little.
    """

    closes_now: bool = False
    is_over: bool = False
    is_harmless: bool = False
    note: str = ""


def judge(held: Held, tries: Tries, *, is_taken: bool, now: datetime, pause: str = "") -> Verdict:
    """What to do about the position now; `is_taken`: an order that may take from it is open.

    `pause` is the sentence of what keeps that order from its exchange, if anything does.
    """
    if is_taken:
        waits = "waits for an order that may close it to end"
        return Verdict(note=f"{waits}. {pause}" if pause else waits)
    if held.is_spot and held.quantity < ZERO:
        return Verdict(is_over=True, note="sold more than it bought; nothing is there to sell")
    if tries.error_code in TOO_LITTLE and not _has_changed(held, tries):
        return Verdict(is_over=True, is_harmless=True, note=_too_little(held))
    if tries.error_code == "TRADING_HALTED":
        return Verdict(is_over=True, note=tries.error_message)
    if tries.in_vain >= _MOST_IN_VAIN or tries.count >= _MOST_TRIES:
        last = tries.error_message or "closes left a rest"
        return Verdict(is_over=True, note=f"not closed after {tries.count} tries: {last}")
    if tries.last_at is not None and now < tries.last_at + _pause(tries):
        return Verdict(note=f"is tried again: {tries.error_message}")
    return Verdict(closes_now=True)


def _too_little(held: Held) -> str:
    closed = "sold" if held.quantity > ZERO else "bought back"
    return f"too little to be {closed}, the exchange trades no less; it stays and counts as flat"


def _has_changed(held: Held, tries: Tries) -> bool:
    """An order that was on its way may have filled since."""
    return tries.last_at is not None and held.changed_at > tries.last_at


def _pause(tries: Tries) -> timedelta:
    """None after a close that was executed: what it left is closed at once."""
    if not tries.error_code:
        return timedelta(0)
    return min(timedelta(seconds=2 ** min(tries.in_vain + tries.unasked, 10)), _LONGEST_PAUSE)
