"""Shares a process's breakers with the others: what changes here is written at once, what has
changed elsewhere is taken over by each `refresh`.
"""

import logging
from datetime import UTC, datetime

from django.db import Error

from accounts.breakers import rows
from accounts.exchange.breaker import BreakerState, Phase, close
from accounts.exchange.findings import Scope
from accounts.exchange.gate import Gate, gate, install
from tradeplatform.lib.database_threads import DatabaseThreads

logger = logging.getLogger(__name__)


class SharedBreakers:
    """One per process that calls venues. From its making to `stop` every call passes its gate."""

    def __init__(self) -> None:
        self._threads = DatabaseThreads(name="breakers", size=1)
        self._gate = Gate(on_change=self._write_soon)
        self._open: frozenset[Scope] = frozenset()
        self.refresh()
        self._before = gate()
        install(self._gate)

    def refresh(self) -> frozenset[Scope]:
        """Take over what other processes and persons have changed; returns which are open.

        Without the database each process goes by what it has met itself.
        """
        try:
            self._open = self._threads.run(self._refresh)
        except Error:
            logger.exception("breakers are not read")
        return self._open

    def stop(self) -> None:
        """Write what is left and close the connection."""
        if gate() is self._gate:
            install(self._before)
        self._threads.stop()

    def _write_soon(self) -> None:
        self._threads.submit(self._write)

    def _write(self) -> None:
        """What the database refuses is written after the next look that it allows."""
        for scope, state in self._gate.take_changes().items():
            _log(scope, state)
            try:
                if not rows.write(scope, state):
                    self._drop(scope, state)
            except Error:
                logger.exception("breaker of %s is not written", scope)
                self._gate.note_change(scope)

    def _drop(self, scope: Scope, state: BreakerState) -> None:
        """A stream or a job still had the credentials that were replaced."""
        logger.warning("breaker closed: %s has other credentials by now", scope)
        self._gate.adopt({scope: close(state, now=datetime.now(UTC))})

    def _refresh(self) -> frozenset[Scope]:
        told = rows.read(now=datetime.now(UTC))
        self._gate.adopt(told)
        self._write()
        return frozenset(scope for scope, state in told.items() if state.phase is Phase.OPEN)


def adopt_rows() -> None:
    """As `refresh`, on the caller's own connection: before a dispatch is planned."""
    gate().adopt(rows.read(now=datetime.now(UTC)))


def _log(scope: Scope, state: BreakerState) -> None:
    if state.phase is Phase.CLOSED:
        logger.warning("breaker closed: %s", scope)
    else:
        until = state.until or "cleared"
        logger.warning("breaker open until %s: %s: %s", until, scope, state.message or state.reason)
