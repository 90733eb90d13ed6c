"""One child process that never outlives us.

A child leads a session of its own, so that the terminal's Ctrl-C reaches only us and we stop
children in order. When we die, even by `kill -9`, the kernel sends it `death_signal` (Linux).
Spawn from the main thread only: what the kernel watches is the thread that forked.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tradeplatform.lib.services.account import UnixAccount

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_PRCTL = getattr(ctypes.CDLL(None), "prctl", None)
_LOG_BYTES_KEPT = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildSpec:
    """What to run, as whom, and how it ends. `stop_seconds` pass between asking and killing."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    log: Path
    cwd: Path = Path("/")
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGTERM
    stop_seconds: int = 10
    account: UnixAccount | None = None
    open_files: tuple[int, ...] = ()


class Child:
    """A started process; its output is appended to the spec's log."""

    def __init__(self, spec: ChildSpec, *, open_files: tuple[int, ...] = ()) -> None:
        """Start it; `open_files` are descriptors it inherits besides those of its spec."""
        self.spec = spec
        self._process = _spawn(spec, (*spec.open_files, *open_files))
        self._is_over = False

    @property
    def pid(self) -> int:
        return self._process.pid

    def exit_code(self) -> int | None:
        """None while it runs; minus the signal's number when a signal ended it."""
        return self._process.poll()

    def wait(self, *, seconds: float) -> int | None:
        """Its exit code, or None when it still runs after `seconds`."""
        try:
            return self._process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return None

    def ask_to_stop(self) -> None:
        self._process.send_signal(self.spec.stop_signal)

    def shorten_log(self) -> None:
        """Set a long log aside while the child writes on; what it writes just then may be lost."""
        _shorten(self.spec.log)

    def kill_session(self) -> None:
        """End what is left of it at once: it, and processes of its own that it left behind.

        Acts once: later its number may be another process's.
        """
        if self._is_over:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        self._is_over = True


def stop(children: Sequence[Child]) -> None:
    """Ask all of them to stop, at once; kill those that take longer than their spec allows."""
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.wait(seconds=child.spec.stop_seconds)
        child.kill_session()


def _spawn(spec: ChildSpec, open_files: tuple[int, ...]) -> subprocess.Popen[bytes]:
    account = spec.account
    with _open_log(spec.log) as log:
        return subprocess.Popen(  # noqa: S603 - argv is ours, no shell, nothing from a request
            spec.argv,
            env=spec.env,
            cwd=spec.cwd,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=open_files,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            preexec_fn=die_with(parent=os.getpid(), death_signal=spec.death_signal),
        )


def _open_log(path: Path) -> IO[bytes]:
    """The log to append to; a long one is set aside first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _shorten(path)
    return open(path, "ab", opener=_private)


def _shorten(path: Path) -> None:
    """Keep a long log as the one file NAME.log.1 and begin anew in the file that is open."""
    if not path.exists() or path.stat().st_size <= _LOG_BYTES_KEPT:
        return
    aside = path.with_name(path.name + ".1")
    with open(path, "rb") as old, open(aside, "wb", opener=_private) as new:
        shutil.copyfileobj(old, new)
    os.truncate(path, 0)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def die_with(*, parent: int, death_signal: signal.Signals) -> Callable[[], None]:
    """Code for a child between fork and exec (`preexec_fn`), after it has changed its user."""

    def run_in_child() -> None:
        if _PRCTL is not None:
            _PRCTL(_PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:  # it died before the kernel knew what we want
            os._exit(1)

    return run_in_child
