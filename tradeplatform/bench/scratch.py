"""A benchmark's directory, of up to 15 GB, which goes with it; what a killed one left goes with the
next."""

import fcntl
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = "tradeplatform-bench-"
# Locked while somebody uses the directory.
_LOCK = "in-use"


@contextmanager
def scratch() -> Generator[Path]:
    """A directory for one benchmark."""
    _remove_what_is_left()
    with (
        tempfile.TemporaryDirectory(prefix=_PREFIX) as name,
        (Path(name) / _LOCK).open("w") as lock,
    ):
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield Path(name)


def _remove_what_is_left() -> None:
    for lock in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/{_LOCK}"):
        if _is_free(lock):
            shutil.rmtree(lock.parent, ignore_errors=True)


def _is_free(lock: Path) -> bool:
    try:
        with lock.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # BlockingIOError, or it is gone meanwhile, or somebody else's
        return False
    return True
