"""When a venue or an account is left alone, and when it is tried again: a state machine. Pure.

CLOSED lets every call through. OPEN lets none through until `until`, or, without an end, until a
person has seen to it. PROBING, once the pause is over, lets one call through, then two, four,
eight; the first trouble opens it again for longer. A finding of a call that was admitted before the
last change (another `epoch`) is stale and changes nothing. docs/breakers.md: why these numbers.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

# So many troubles without an answer in between, within the window, open it.
TROUBLES = 5
WINDOW = timedelta(seconds=120)
# Of these one account counts so many at most: it may be its own trouble.
TROUBLES_PER_CALLER = 3
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(seconds=120)
# Calls at once while PROBING; whoever answers this many is well.
_MOST_ALLOWED = 8

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Reason(StrEnum):
    """Why it is open."""

    UNREACHABLE = "UNREACHABLE"
    VENUE_UNAVAILABLE = "VENUE_UNAVAILABLE"
    RATE_LIMITED = "RATE_LIMITED"
    CLOCK_SKEW = "CLOCK_SKEW"
    BAD_CREDENTIALS = "BAD_CREDENTIALS"
    PERMISSION_DENIED = "PERMISSION_DENIED"


class Phase(StrEnum):
    """What it does with calls."""

    CLOSED = "CLOSED"
    OPEN = "OPEN"
    PROBING = "PROBING"


class Entry(StrEnum):
    """What becomes of a call that asks to pass."""

    ADMIT = "ADMIT"
    WAIT = "WAIT"  # others are finding out; it is a matter of moments
    REFUSE = "REFUSE"


@dataclass(frozen=True, slots=True)
class Trouble:
    """A call that failed; `caller` is the account, None for public data."""

    at: datetime
    caller: int | None


@dataclass(frozen=True, slots=True)
class BreakerState:
    """One breaker. `openings` in a row decide the next pause; `changed_at` is its last opening or
    closing. OPEN without `until` is a stop, of the account's encrypted `credentials`."""

    phase: Phase = Phase.CLOSED
    reason: Reason | None = None
    message: str = ""
    opened_at: datetime | None = None
    until: datetime | None = None
    openings: int = 0
    changed_at: datetime = _LONG_AGO
    epoch: int = 0
    troubles: tuple[Trouble, ...] = ()
    allowed: int = 0
    under_way: int = 0
    credentials: str = field(default="", repr=False)

    @property
    def is_stop(self) -> bool:
        """Whether only a person, new credentials or a proof that it works end it."""
        return self.phase is Phase.OPEN and self.until is None


def entry(state: BreakerState, *, now: datetime, is_urgent: bool) -> Entry:
    """What becomes of a call now. An urgent one may find out whether a stop still holds."""
    if state.phase is Phase.CLOSED:
        return Entry.ADMIT
    if state.phase is Phase.PROBING:
        return Entry.ADMIT if state.under_way < state.allowed else Entry.WAIT
    if state.until is None:
        return Entry.ADMIT if is_urgent and not state.under_way else Entry.REFUSE
    return Entry.ADMIT if now >= state.until else Entry.REFUSE


def admit(state: BreakerState) -> BreakerState:
    """After a call was let through: what `entry` says ADMIT to."""
    if state.phase is Phase.CLOSED:
        return state
    if state.phase is Phase.OPEN and not state.is_stop:
        return replace(
            state, phase=Phase.PROBING, epoch=state.epoch + 1, allowed=1, under_way=1, troubles=()
        )
    return replace(state, under_way=state.under_way + 1)


def leave(state: BreakerState, *, epoch: int) -> BreakerState:
    """After a call that has told nothing."""
    if epoch != state.epoch or state.phase is Phase.CLOSED:
        return state
    return replace(state, under_way=state.under_way - 1)


def hear_answer(state: BreakerState, *, epoch: int, now: datetime) -> BreakerState:
    """After a call that was answered."""
    if epoch != state.epoch:
        return state
    if state.phase is Phase.CLOSED:
        return replace(state, troubles=()) if state.troubles else state
    if state.is_stop or state.allowed >= _MOST_ALLOWED:
        return close(state, now=now)
    return replace(state, allowed=2 * state.allowed, under_way=state.under_way - 1)


def hear_trouble(
    state: BreakerState, *, epoch: int, now: datetime, caller: int | None, most_per_caller: int
) -> BreakerState:
    """After a call that failed. Of one account so many count at most, of public calls all."""
    if epoch != state.epoch:
        return state
    if state.phase is Phase.PROBING:
        return pause(state, epoch=epoch, now=now, reason=Reason.UNREACHABLE, message=state.message)
    if state.phase is Phase.OPEN:
        return leave(state, epoch=epoch)
    recent = [known for known in state.troubles if now - known.at < WINDOW]
    own = [known for known in recent if known.caller == caller]
    if caller is not None and len(own) >= most_per_caller:
        recent.remove(own[0])
    counted = replace(state, troubles=(*recent, Trouble(now, caller)))
    if len(counted.troubles) < TROUBLES:
        return counted
    return pause(counted, epoch=epoch, now=now, reason=Reason.UNREACHABLE, message="")


def pause(
    state: BreakerState,
    *,
    epoch: int,
    now: datetime,
    reason: Reason,
    message: str,
    until: datetime | None = None,
) -> BreakerState:
    """Leave it alone: until then where that was told, else for longer each time."""
    if state.is_stop:
        return leave(state, epoch=epoch)
    if state.phase is Phase.OPEN and state.until is not None:
        return _extended(state, until, now)
    if until is None and epoch != state.epoch:
        return state
    openings = state.openings + 1
    ends = until or now + pause_after(openings)
    return _open(state, now=now, reason=reason, message=message, until=ends, openings=openings)


def _extended(state: BreakerState, until: datetime | None, now: datetime) -> BreakerState:
    """Hundreds of calls may be told the same end at once: by fractions of a second is no change."""
    if until is None or state.until is None or until <= state.until:
        return state
    is_news = until - state.until >= timedelta(seconds=1)
    return replace(state, until=until, changed_at=now if is_news else state.changed_at)


def stop(
    state: BreakerState,
    *,
    epoch: int,
    now: datetime,
    reason: Reason,
    message: str,
    credentials: str = "",
) -> BreakerState:
    """Leave it alone until a person has seen to it; `credentials` are those that were refused."""
    if epoch != state.epoch:
        return state
    if state.is_stop and state.reason is reason:
        return leave(state, epoch=epoch)
    stopped = _open(state, now=now, reason=reason, message=message, until=None, openings=0)
    return replace(stopped, credentials=credentials)


def close(state: BreakerState, *, now: datetime) -> BreakerState:
    """All is well again, or a person says so."""
    return BreakerState(epoch=state.epoch + 1, changed_at=now)


def pause_after(openings: int) -> timedelta:
    """How long it is left alone, by how often in a row it was opened: 2, 4, 8 … 120 seconds."""
    doublings = min(openings - 1, 10)
    return min(FIRST_PAUSE * int(2**doublings), LONGEST_PAUSE)


def _open(
    state: BreakerState,
    *,
    now: datetime,
    reason: Reason,
    message: str,
    until: datetime | None,
    openings: int,
) -> BreakerState:
    return BreakerState(
        phase=Phase.OPEN,
        reason=reason,
        message=message,
        opened_at=state.opened_at or now,
        until=until,
        openings=openings,
        changed_at=now,
        epoch=state.epoch + 1,
    )
