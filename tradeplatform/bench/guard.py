"""Runs a program and waits for all that descends from it, whatever ends it or asks us to stop.

What a benchmark starts dies with whoever started it, in order if it has to (lib.services.child).
Here it is waited for, so that nobody uses a directory any more that is removed then (Linux).
"""

import contextlib
import ctypes
import os
import signal
import subprocess
from collections.abc import Sequence
from types import FrameType

from tradeplatform.lib.services.child import die_with

_PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
_STOP = (signal.SIGINT, signal.SIGTERM)


def listen() -> None:
    """Have the first request to stop (SIGTERM, Ctrl-C) raise KeyboardInterrupt; what is done then
    is not interrupted by another. For the main thread."""
    for number in _STOP:
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
    finally:
        program.terminate()
        program.wait()
        _await_orphans()


def _adopt_orphans() -> None:
    """What loses its parent becomes our child, not init's."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _await_orphans() -> None:
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def _stop(_number: int, _frame: FrameType | None) -> None:
    for number in _STOP:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt
