"""Force an interleaving of two connections: wait until the other one waits for a lock of ours."""

import threading

import pytest
from django.db import connection

_WAITS_FOR_US = (
    "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted"
    " AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
)


def until_somebody_waits() -> None:
    """Returns once another connection waits for what this one's transaction holds."""
    pause = threading.Event()
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute(_WAITS_FOR_US)
            if cursor.fetchone()[0]:
                return
        pause.wait(0.02)
    pytest.fail("nobody ever waited")
