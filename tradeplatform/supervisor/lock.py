"""One `up` per state directory: two would write into the same databases.

Every child inherits the lock, so it lasts until the last of them is gone, even after `kill -9`.
"""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tradeplatform.lib.services.errors import ServiceError
from tradeplatform.supervisor.signals import Signals

# After `kill -9` of an earlier `up`, its children need this long at most to end.
_LEFTOVERS_SECONDS = 30
_POLL_SECONDS = 0.1


@contextmanager
def locked(state_dir: Path, *, signals: Signals) -> Generator[int]:
    """Hold the lock; gives the descriptor that children must inherit.

    Raises ServiceError when another `up` runs, or when what it left behind does not end.
    """
    state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(state_dir / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _acquire(descriptor, state_dir=state_dir, signals=signals)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield descriptor
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, *, state_dir: Path, signals: Signals) -> None:
    for _ in range(int(_LEFTOVERS_SECONDS / _POLL_SECONDS)):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode()
        else:
            return
        if signals.stop_requested or _is_alive(holder):
            break
        signals.wait(seconds=_POLL_SECONDS)
    raise ServiceError(
        f"The platform is already running on {state_dir} (process {holder or 'unknown'}): "
        "stop it first, or set STATE_DIR to another directory"
    )


def _is_alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
