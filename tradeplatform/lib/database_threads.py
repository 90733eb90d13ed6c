"""Threads of our own for database work, whose connections persist.

Celery closes the connection of its task's thread around every task; reconnecting would cost the
order path more than its queries do.
"""

import math
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import wraps
from time import monotonic
from typing import ParamSpec, TypeVar

from django.db import (
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
    connections,
)

P = ParamSpec("P")
T = TypeVar("T")


# What Django raises when a connection is lost, or there is none to be had.
DISCONNECTED = (OperationalError, InterfaceError)

# A connection that worked so lately is not asked whether it still does: a job whose connection is
# lost just then fails as one does whose connection is lost a moment later. Where that is too dear
# the job is `done_again_when_disconnected`.
_TRUSTED_SECONDS = 1


def done_again_when_disconnected(job: Callable[P, T]) -> Callable[P, T]:
    """The job, done once more on a new connection if its own is lost.

    Only for what may be done twice: nobody knows whether a commit that was not confirmed was made.
    """

    @wraps(job)
    def twice_at_most(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return job(*args, **kwargs)
        except DISCONNECTED:
            close_old_connections()
            return job(*args, **kwargs)

    return twice_at_most


class _Mine(threading.local):
    """When this thread used its connection last (time.monotonic)."""

    used_at = -math.inf


class DatabaseThreads:
    """A small pool; each thread keeps one connection, checked before a job unless just used."""

    def __init__(self, *, name: str, size: int) -> None:
        self._size = size
        self._mine = _Mine()
        self._pool = ThreadPoolExecutor(max_workers=size, thread_name_prefix=name)

    def submit(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run the job on one of the threads."""

        def on_a_live_connection() -> T:
            if connection.errors_occurred or monotonic() - self._mine.used_at > _TRUSTED_SECONDS:
                close_old_connections()
            try:
                return job(*args, **kwargs)
            finally:
                self._mine.used_at = monotonic()

        return self._pool.submit(on_a_live_connection)

    def run(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run the job on one of the threads and wait for its result."""
        return self.submit(job, *args, **kwargs).result()

    def stop(self) -> None:
        """Finish what was submitted, close the connections, end the threads."""
        all_threads = threading.Barrier(self._size)  # so that each thread takes one of the jobs
        for _ in range(self._size):
            self._pool.submit(_close_connections, all_threads)
        self._pool.shutdown(wait=True)


def _close_connections(all_threads: threading.Barrier) -> None:
    connections.close_all()
    all_threads.wait()
