"""Where every call to a venue passes: the process's breakers, by market and by account in it.

In memory, for all threads and loops of a process; accounts.breakers shares what opens and closes
with the other processes. A call that is refused here was not sent.
"""

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.conf import settings

from accounts.exchange import breaker
from accounts.exchange.breaker import BreakerState, Entry, Phase, Reason
from accounts.exchange.errors import Judgement
from accounts.exchange.findings import (
    Passage,
    Scope,
    after,
    market_of,
    meant,
    obedient,
    refusal_of,
    scopes_of,
)
from accounts.exchange.types import Login, MarketKey, NotSent, Rejected

_PACE_SECONDS = 0.02
_LOOK_AGAIN_SECONDS = 0.25  # somebody may clear the breaker
_HEALTHY = BreakerState()


class Gate:
    """A process's breakers. `on_change` hears of each opening and closing; it must not wait."""

    def __init__(self, on_change: Callable[[], None] = lambda: None) -> None:
        self._on_change = on_change
        # Of those that have ever met trouble.
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
        passage = self._try(at, is_urgent=is_urgent, now=started_at)
        if passage is not None:
            return passage
        patience = started_at + timedelta(seconds=settings.EXCHANGE_TIMEOUT_SECONDS)
        deadline = patience if until is None else min(patience, until)
        while datetime.now(UTC) < deadline:
            with self._first_at(self._probed(at) if is_urgent else ()):
                await asyncio.sleep(_PACE_SECONDS)
            passage = self._try(at, is_urgent=is_urgent, now=datetime.now(UTC))
            if passage is not None:
                return passage
        raise refusal_of(Scope(market_of(at)), BreakerState(reason=Reason.UNREACHABLE))

    def leave(self, passage: Passage, judgement: Judgement | None) -> None:
        """After a call: what its failure means, None when it was answered well."""
        if judgement is None and not self._states:
            return
        now = datetime.now(UTC)
        with self._lock:
            for scope, epoch in passage.epochs:
                state = self._states.get(scope, _HEALTHY)
                self._put(scope, after(state, scope, passage, epoch, judgement, now))
        if judgement is not None:
            self.obey(passage, judgement)
        elif self._changed:
            self._on_change()

    def obey(self, passage: Passage, judgement: Judgement) -> None:
        """Pause or stop what an answer says is to be left alone."""
        now = datetime.now(UTC)
        epochs = dict(passage.epochs)
        with self._lock:
            for scope in meant(passage, judgement):
                state = self._states.get(scope, _HEALTHY)
                epoch = epochs.get(scope, state.epoch)
                self._put(scope, obedient(state, passage, judgement, epoch, now))
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
        while pauses := self._pauses(login, now=datetime.now(UTC)):
            end = max(pauses.values())
            if end >= until:
                return
            left = (end - datetime.now(UTC)).total_seconds()
            with self._first_at(scope for scope, its_end in pauses.items() if its_end == end):
                await asyncio.sleep(min(max(left, _PACE_SECONDS), _LOOK_AGAIN_SECONDS))

    def look(self, at: Login | MarketKey) -> Passage:
        """For what holds no place at the gate: a stream. Raises NotSent unless all is closed."""
        with self._lock:
            for scope in scopes_of(at):
                state = self._states.get(scope, _HEALTHY)
                if state.phase is not Phase.CLOSED:
                    raise refusal_of(scope, state)
            return self._passage(at)

    def refusal(
        self, at: Login | MarketKey, *, now: datetime, is_urgent: bool = False
    ) -> NotSent | None:
        """Why a call would be refused now; None when it may try. It is not let in by this."""
        if not self._states:
            return None
        with self._lock:
            for scope in scopes_of(at):
                state = self._states.get(scope, _HEALTHY)
                if breaker.entry(state, now=now, is_urgent=is_urgent) is Entry.REFUSE:
                    return refusal_of(scope, state)
        return None

    def unproven(self, *, now: datetime) -> tuple[Scope, ...]:
        """What would let a call through though it is not closed: somebody has to ask."""
        with self._lock:
            return tuple(
                scope
                for scope, state in self._states.items()
                if state.phase is not Phase.CLOSED
                and breaker.entry(state, now=now, is_urgent=False) is Entry.ADMIT
            )

    def take_changes(self) -> dict[Scope, BreakerState]:
        """What has opened or closed here since the last time."""
        with self._lock:
            changed, self._changed = self._changed, set()
            return {scope: self._states[scope] for scope in changed}

    def note_change(self, scope: Scope) -> None:
        """What was taken has still to be told."""
        with self._lock:
            self._changed.add(scope)

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
            if not self._states:
                return self._passage(at)
            for scope in scopes_of(at):
                state = self._states.get(scope, _HEALTHY)
                wanted = breaker.entry(state, now=now, is_urgent=is_urgent)
                if wanted is Entry.REFUSE:
                    raise refusal_of(scope, state)
                if wanted is Entry.WAIT or (self._gives_way(scope, state) and not is_urgent):
                    return None
            for scope in scopes_of(at):
                self._put(scope, breaker.admit(self._states.get(scope, _HEALTHY)))
            return self._passage(at)

    def _gives_way(self, scope: Scope, state: BreakerState) -> bool:
        """Who closes a position or cancels is tried first."""
        return state.phase is not Phase.CLOSED and self._urgent.get(scope, 0) > 0

    def _probed(self, at: Login | MarketKey) -> list[Scope]:
        """What an urgent call waits for; elsewhere it is in nobody's way."""
        now = datetime.now(UTC)
        with self._lock:
            states = [(scope, self._states.get(scope, _HEALTHY)) for scope in scopes_of(at)]
        return [
            scope
            for scope, state in states
            if breaker.entry(state, now=now, is_urgent=True) is Entry.WAIT
        ]

    def _pauses(self, login: Login, *, now: datetime) -> dict[Scope, datetime]:
        """The ends of the pauses that keep the login from its venue."""
        with self._lock:
            states = {scope: self._states.get(scope, _HEALTHY) for scope in scopes_of(login)}
        return {
            scope: state.until
            for scope, state in states.items()
            if state.phase is Phase.OPEN and state.until is not None and state.until > now
        }

    @contextmanager
    def _first_at(self, scopes: Iterable[Scope]) -> Iterator[None]:
        """Meanwhile who is not urgent gives way there."""
        waiting = tuple(scopes)
        self._count(waiting, 1)
        try:
            yield
        finally:
            self._count(waiting, -1)

    def _count(self, scopes: Iterable[Scope], more: int) -> None:
        with self._lock:
            for scope in scopes:
                self._urgent[scope] = self._urgent.get(scope, 0) + more

    def _passage(self, at: Login | MarketKey) -> Passage:
        epochs = tuple((scope, self._states.get(scope, _HEALTHY).epoch) for scope in scopes_of(at))
        if isinstance(at, Login):
            return Passage(at.market, at.account_id, epochs, at.encrypted_credentials)
        return Passage(at, None, epochs)

    def _put(self, scope: Scope, state: BreakerState) -> None:
        before = self._states.get(scope, _HEALTHY)
        if state is before:
            return
        self._states[scope] = state
        if state.changed_at != before.changed_at:
            self._changed.add(scope)


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
