"""Runs a program and waits for all that descends from it, whatever ends it or asks us to stop.

What a benchmark starts dies with whoever started it, in order if it has to (lib.services.child).
Here it is waited for, so that nobody uses a directory any more that is removed then (Linux).
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from time import monotonic
from types import FrameType

from tradeplatform.bench.processes import families
from tradeplatform.lib.services.child import die_with
from tradeplatform.supervisor.signals import stop_signals

_PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
# A platform with a thousand accounts stops within half a minute.
_PATIENCE_SECONDS = 60
_PAUSE_SECONDS = 0.05


def listen() -> None:
    """Have the first request to stop (SIGTERM, Ctrl-C, a terminal that is closed) raise
    KeyboardInterrupt; what is done then is not interrupted by another. For the main thread."""
    for number in stop_signals():
        signal.signal(number, _stop)


def run(argv: Sequence[str]) -> None:
    """Return once the program and all that descends from it have ended; KeyboardInterrupt ends it
    first. It leads a session of its own: Ctrl-C reaches us alone."""
    _adopt_orphans()
    program = subprocess.Popen(  # noqa: S603  our own module
        argv,
        start_new_session=True,
        preexec_fn=die_with(parent=os.getpid(), death_signal=signal.SIGTERM),
    )
    try:
        program.wait()
    except KeyboardInterrupt:
        sys.stdout.write("Stopping …\n")
        sys.stdout.flush()
        raise
    finally:
        program.terminate()
        program.wait()
        try:
            _await_orphans()
        finally:
            _kill_orphans()


def _adopt_orphans() -> None:
    """What loses its parent becomes our child, not init's."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _await_orphans() -> None:
    """Until there are none, or it takes too long."""
    deadline = monotonic() + _PATIENCE_SECONDS
    with contextlib.suppress(ChildProcessError):
        while monotonic() < deadline:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                threading.Event().wait(_PAUSE_SECONDS)


def _kill_orphans() -> None:
    """Something that our own processes have started and nobody told to stop."""
    own = os.getpid()
    for pid in set(families([own])[own]) - {own}:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def _stop(_number: int, _frame: FrameType | None) -> None:
    for number in stop_signals():
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt
