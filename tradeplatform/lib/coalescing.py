"""Of many calls for the same work one works at a time, and nobody waits for it."""

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

Result = TypeVar("Result")


class Coalesced(Generic[Result]):
    """Work that finds all there is to do, so that once more is as good as once for each call."""

    def __init__(self, work: Callable[[], Result]) -> None:
        self._work = work
        self._working = Lock()
        self._is_wanted = False

    def run(self) -> list[Result]:
        """Do the work. While another thread is at it that one does it once more instead, and this
        call returns at once with nothing."""
        results = []
        self._is_wanted = True
        # Asked again after each release: a call that found the lock taken has left its wish.
        while self._is_wanted and self._working.acquire(blocking=False):
            try:
                self._is_wanted = False
                results.append(self._work())
            finally:
                self._working.release()
        return results
