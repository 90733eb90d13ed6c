"""Wait in a test for what other threads do."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def wait_for(condition: Callable[[], bool], *, seconds: float = 10) -> None:
    """Returns once it holds; fails when it does not in time."""
    pause = threading.Event()
    until = datetime.now(UTC) + timedelta(seconds=seconds)
    while not condition():
        assert datetime.now(UTC) < until, "it did not happen in time"
        pause.wait(0.02)
