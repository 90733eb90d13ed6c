"""An account's jobs pass one after another, and whoever waits lends its rank to what is ahead.

Otherwise a close would wait as long as the entry before it, for units that are kept for closes.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar

from accounts.exchange.limits.quotas import Rank


class Lane:
    """Where one job at a time has its turn. Used on one event loop only.

    `hurries` are called with a better rank that the requests of the running job may go at.
    """

    def __init__(self) -> None:
        self.hurries: set[Callable[[Rank], None]] = set()
        self._lock = asyncio.Lock()
        self._waiting: list[Rank] = []

    @property
    def is_busy(self) -> bool:
        """Whether a job that comes now has to wait."""
        return self._lock.locked() or bool(self._waiting)

    def best(self, own: Rank) -> Rank:
        """Of a request's own rank and those of the jobs that wait for it."""
        return min(own, *self._waiting) if self._waiting else own

    @asynccontextmanager
    async def turn(self, rank: Rank) -> AsyncIterator[None]:
        """A job's turn: first come, first served; whatever it asks meanwhile is of this lane."""
        self._waiting.append(rank)
        try:
            for hurry in self.hurries:
                hurry(rank)
            await self._lock.acquire()
        finally:
            self._waiting.remove(rank)
        token = lane.set(self)
        try:
            yield
        finally:
            lane.reset(token)
            self._lock.release()


# For what no job of an account asks.
NO_LANE = Lane()

# The running job's.
lane: ContextVar[Lane] = ContextVar("lane", default=NO_LANE)
