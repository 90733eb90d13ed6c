"""Where every call to a venue passes: the process's breakers, by market and by account in it.

In memory, for all threads and loops of a process; accounts.breakers shares what opens and closes
with the other processes. A call that is refused here was not sent.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.conf import settings

from accounts.exchange import breaker
from accounts.exchange.breaker import BreakerState, Entry, Phase, Reason
from accounts.exchange.errors import Judgement
from accounts.exchange.types import Login, MarketKey, NotSent, Rejected
from accounts.exchange.venue_codes import Consequence
from accounts.exchange.venues import VENUES

_PACE_SECONDS = 0.02
_LOOK_AGAIN_SECONDS = 0.25  # somebody may clear the breaker
_HEALTHY = BreakerState()

_WORDS = {
    Reason.UNREACHABLE: "it gave no usable answers",
    Reason.VENUE_UNAVAILABLE: "it is in maintenance or overloaded",
    Reason.RATE_LIMITED: "it was asked too often",
    Reason.CLOCK_SKEW: "this machine's clock differs from the exchange's",
    Reason.BAD_CREDENTIALS: "the exchange does not accept the API key",
    Reason.PERMISSION_DENIED: "the exchange does not permit this to the API key",
}
_REASONS = {
    Consequence.AWAIT_VENUE: Reason.VENUE_UNAVAILABLE,
    Consequence.PAUSE_VENUE: Reason.RATE_LIMITED,
    Consequence.BAN: Reason.RATE_LIMITED,
    Consequence.PAUSE_ACCOUNT: Reason.RATE_LIMITED,
}
_SAYS_NOTHING_GOOD = {
    Consequence.UNTOLD,
    Consequence.AWAIT_VENUE,
    Consequence.PAUSE_VENUE,
    Consequence.BAN,
}
# What a refused call tells; whoever sees one of these knows that a breaker is open.
PAUSE_CODES = frozenset({"ACCOUNT_PAUSED", "ACCOUNT_STOPPED", "VENUE_PAUSED"})


@dataclass(frozen=True, slots=True)
class Scope:
    """What a breaker guards: a market of a venue, or one account in it."""

    market: MarketKey
    account_id: int | None = None

    def __str__(self) -> str:
        market = f"{self.market.venue} {self.market.market_type} {self.market.environment}"
        return market if self.account_id is None else f"account {self.account_id} at {market}"


@dataclass(frozen=True, slots=True)
class Passage:
    """A call under way: what it passed, and in which epoch of each."""

    market: MarketKey
    account_id: int | None
    epochs: tuple[tuple[Scope, int], ...]


class Gate:
    """A process's breakers. `on_change` hears of each opening and closing; it must not wait."""

    def __init__(self, on_change: Callable[[], None] = lambda: None) -> None:
        self._on_change = on_change
        self._states: dict[Scope, BreakerState] = {}
        self._changed: set[Scope] = set()
        self._urgent: dict[Scope, int] = {}
        self._lock = threading.Lock()

    async def enter(
        self, at: Login | MarketKey, *, is_urgent: bool = False, until: datetime | None = None
    ) -> Passage:
        """Let a call pass; while others find out whether all is well again it waits its turn.

        Raises NotSent when it may not pass, or not before `until`.
        """
        started_at = datetime.now(UTC)
        patience = started_at + timedelta(seconds=settings.EXCHANGE_TIMEOUT_SECONDS)
        deadline = patience if until is None else min(patience, until)
        passage = self._try(at, is_urgent=is_urgent, now=started_at)
        if passage is not None:
            return passage
        self._queue(at, 1 if is_urgent else 0)
        try:
            while datetime.now(UTC) < deadline:
                await asyncio.sleep(_PACE_SECONDS)
                passage = self._try(at, is_urgent=is_urgent, now=datetime.now(UTC))
                if passage is not None:
                    return passage
        finally:
            self._queue(at, -1 if is_urgent else 0)
        raise _refusal(Scope(_market(at)), BreakerState(reason=Reason.UNREACHABLE))

    def leave(self, passage: Passage, judgement: Judgement | None) -> None:
        """After a call: what its failure means, None when it was answered well."""
        now = datetime.now(UTC)
        with self._lock:
            for scope, epoch in passage.epochs:
                state = self._states.get(scope, _HEALTHY)
                self._put(scope, _after(state, scope, passage, epoch, judgement, now))
        if judgement is not None:
            self.obey(passage, judgement)
        elif self._changed:
            self._on_change()

    def obey(self, passage: Passage, judgement: Judgement) -> None:
        """Pause or stop what an answer says is to be left alone."""
        now = datetime.now(UTC)
        epochs = dict(passage.epochs)
        with self._lock:
            for scope in _meant(passage, judgement):
                state = self._states.get(scope, _HEALTHY)
                epoch = epochs.get(scope, state.epoch)
                self._put(scope, _obedient(state, judgement, epoch, now))
        if self._changed:
            self._on_change()

    def pause_for_clock(self, login: Login, refusal: Rejected) -> None:
        """The account's requests bear a time that the venue refuses, even after a resync."""
        scope = Scope(login.market, login.account_id)
        with self._lock:
            state = self._states.get(scope, _HEALTHY)
            paused = breaker.pause(
                state,
                epoch=state.epoch,
                now=datetime.now(UTC),
                reason=Reason.CLOCK_SKEW,
                message=refusal.message,
            )
            self._put(scope, paused)
        self._on_change()

    async def wait_until_open(self, login: Login, *, until: datetime) -> None:
        """Wait while the login's pauses will be over before `until`; then be tried first."""
        self._queue(login, 1)
        try:
            while (end := self.opens_at(login, now=datetime.now(UTC))) and end < until:
                left = (end - datetime.now(UTC)).total_seconds()
                await asyncio.sleep(min(max(left, _PACE_SECONDS), _LOOK_AGAIN_SECONDS))
        finally:
            self._queue(login, -1)

    def look(self, at: Login | MarketKey) -> Passage:
        """For what holds no place at the gate: a stream. Raises NotSent unless all is closed."""
        with self._lock:
            for scope in _scopes(at):
                state = self._states.get(scope, _HEALTHY)
                if state.phase is not Phase.CLOSED:
                    raise _refusal(scope, state)
            return self._passage(at)

    def refusal(self, login: Login, *, now: datetime) -> NotSent | None:
        """Why a new order of the login would be refused now; None when it may try."""
        with self._lock:
            for scope in _scopes(login):
                state = self._states.get(scope, _HEALTHY)
                if breaker.entry(state, now=now, is_urgent=False) is Entry.REFUSE:
                    return _refusal(scope, state)
        return None

    def opens_at(self, login: Login, *, now: datetime) -> datetime | None:
        """When the login's pauses are over; None when nothing keeps it, or nobody knows."""
        with self._lock:
            states = [self._states.get(scope, _HEALTHY) for scope in _scopes(login)]
        ends = [state.until for state in states if state.phase is Phase.OPEN and state.until]
        return max((end for end in ends if end > now), default=None)

    def take_changes(self) -> dict[Scope, BreakerState]:
        """What has opened or closed here since the last time."""
        with self._lock:
            changed, self._changed = self._changed, set()
            return {scope: self._states[scope] for scope in changed}

    def adopt(self, states: Mapping[Scope, BreakerState]) -> None:
        """Take over what others have found out, where it is newer than what is known here."""
        with self._lock:
            for scope, told in states.items():
                known = self._states.get(scope, _HEALTHY)
                if told.changed_at > known.changed_at:
                    self._states[scope] = replace(told, epoch=known.epoch + 1)
                    self._changed.discard(scope)

    def _try(self, at: Login | MarketKey, *, is_urgent: bool, now: datetime) -> Passage | None:
        with self._lock:
            for scope in _scopes(at):
                state = self._states.get(scope, _HEALTHY)
                wanted = breaker.entry(state, now=now, is_urgent=is_urgent)
                if wanted is Entry.REFUSE:
                    raise _refusal(scope, state)
                if wanted is Entry.WAIT or (self._gives_way(scope, state) and not is_urgent):
                    return None
            for scope in _scopes(at):
                self._states[scope] = breaker.admit(self._states.get(scope, _HEALTHY))
            return self._passage(at)

    def _gives_way(self, scope: Scope, state: BreakerState) -> bool:
        """Who closes a position or cancels is tried first."""
        return state.phase is not Phase.CLOSED and self._urgent.get(scope, 0) > 0

    def _queue(self, at: Login | MarketKey, more: int) -> None:
        with self._lock:
            for scope in _scopes(at):
                self._urgent[scope] = self._urgent.get(scope, 0) + more

    def _passage(self, at: Login | MarketKey) -> Passage:
        epochs = ((scope, self._states.get(scope, _HEALTHY).epoch) for scope in _scopes(at))
        account_id = at.account_id if isinstance(at, Login) else None
        return Passage(_market(at), account_id, tuple(epochs))

    def _put(self, scope: Scope, state: BreakerState) -> None:
        before = self._states.get(scope, _HEALTHY)
        self._states[scope] = state
        if state.changed_at != before.changed_at:
            self._changed.add(scope)


def _scopes(at: Login | MarketKey) -> tuple[Scope, ...]:
    if isinstance(at, Login):
        return Scope(at.market), Scope(at.market, at.account_id)
    return (Scope(at),)


def _market(at: Login | MarketKey) -> MarketKey:
    return at.market if isinstance(at, Login) else at


def _after(
    state: BreakerState,
    scope: Scope,
    passage: Passage,
    epoch: int,
    judgement: Judgement | None,
    now: datetime,
) -> BreakerState:
    """What a call tells a breaker that its answer does not mean by itself."""
    consequence = Consequence.NOTHING if judgement is None else judgement.consequence
    if consequence is Consequence.TROUBLE:
        most = breaker.TROUBLES_PER_CALLER if scope.account_id is None else breaker.TROUBLES
        caller = passage.account_id
        return breaker.hear_trouble(
            state, epoch=epoch, now=now, caller=caller, most_per_caller=most
        )
    if judgement is not None and scope in _meant(passage, judgement):
        return state
    if consequence in _SAYS_NOTHING_GOOD:
        return breaker.leave(state, epoch=epoch)
    return breaker.hear_answer(state, epoch=epoch, now=now)


def _meant(passage: Passage, judgement: Judgement) -> tuple[Scope, ...]:
    """Which breakers open because of an answer."""
    market, last = passage.market, passage.epochs[-1][0]
    match judgement.consequence:
        case Consequence.AWAIT_VENUE | Consequence.PAUSE_VENUE:
            return (Scope(market),)
        case Consequence.BAN:
            kinds = VENUES[market.venue].markets
            return tuple(Scope(replace(market, market_type=kind)) for kind in kinds)
        case Consequence.PAUSE_ACCOUNT:
            return (last,)
        case Consequence.STOP_ACCOUNT if last.account_id is not None:
            return (last,)
    return ()


def _obedient(state: BreakerState, judgement: Judgement, epoch: int, now: datetime) -> BreakerState:
    message = judgement.answer.message
    if judgement.consequence is Consequence.STOP_ACCOUNT:
        reason = Reason(judgement.answer.code)
        return breaker.stop(state, epoch=epoch, now=now, reason=reason, message=message)
    reason = _REASONS[judgement.consequence]
    return breaker.pause(
        state, epoch=epoch, now=now, reason=reason, message=message, until=judgement.until
    )


def _refusal(scope: Scope, state: BreakerState) -> NotSent:
    why = _WORDS[state.reason or Reason.UNREACHABLE]
    if state.is_stop:
        return NotSent(
            "ACCOUNT_STOPPED",
            f"The account is stopped: {why}. Mend its key at the exchange or enter another, then "
            "check the connection. Nothing was sent.",
        )
    when = (
        "is being tried again" if state.until is None else f"waits until {state.until:%H:%M:%S} UTC"
    )
    if scope.account_id is not None:
        return NotSent("ACCOUNT_PAUSED", f"The account {when}: {why}. Nothing was sent.")
    name = f"{VENUES[scope.market.venue].label} {scope.market.market_type.lower()}"
    return NotSent("VENUE_PAUSED", f"{name} {when}: {why}. Nothing was sent.")


class _Holder:
    """The process's gate; without `install` it shares nothing with other processes."""

    def __init__(self) -> None:
        self.current = Gate()


_holder = _Holder()


def gate() -> Gate:
    """The process's gate."""
    return _holder.current


def install(new: Gate) -> None:
    """Let all calls from now on pass this one."""
    _holder.current = new
