"""Threads of our own for database work, whose connections persist.

Celery closes the connection of its task's thread around every task; reconnecting would cost the
order path more than its queries do.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import close_old_connections, connections

P = ParamSpec("P")
T = TypeVar("T")


class DatabaseThreads:
    """A small pool; each thread keeps one connection, checked before each job."""

    def __init__(self, *, name: str, size: int) -> None:
        self._size = size
        self._pool = ThreadPoolExecutor(max_workers=size, thread_name_prefix=name)

    def submit(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run the job on one of the threads."""

        def on_a_live_connection() -> T:
            close_old_connections()
            return job(*args, **kwargs)

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
