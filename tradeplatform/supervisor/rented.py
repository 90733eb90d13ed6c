"""The whole platform in a directory of its own, as `manage.py up` runs it.

It dies with us, whatever ends us; `up` ends its own children. What it says is in a log, which tells
the processes' numbers and every death of one.
"""

import contextlib
import os
import re
import signal
import socket
import sys
import threading
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from tradeplatform.lib.services.child import Child, ChildSpec, stop

_ROOT = Path(__file__).resolve().parents[2]
_CHANGED = re.compile(r"^(\w+)(?:: process (\d+)$| ended \((.+)\);)", re.MULTILINE)
_READY = re.compile(r"^READY$", re.MULTILINE)
_START_SECONDS = 120
# Workers, web, exchange and stores stop one after another.
_STOP_SECONDS = 60
# What the platform needs of the shell that started us.
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "DJANGO_SETTINGS_MODULE")


class PlatformDied(Exception):
    """`up` did not start, or ended; the message is what it said."""


class Platform:
    """A running `manage.py up`; start it from the main thread."""

    def __init__(self, state_dir: Path, variables: Mapping[str, str]) -> None:
        """Start it with these environment variables besides its paths and ports; `await_ready`
        waits until it takes alerts."""
        self._log = state_dir / "up.log"
        self._log.unlink(missing_ok=True)  # READY is what this one says, not an earlier one
        environment = _environment(state_dir)
        self.web = f"http://127.0.0.1:{environment['WEB_PORT']}"
        spec = ChildSpec(
            name="platform",
            argv=[sys.executable, "manage.py", "up"],
            env={**environment, **variables},
            log=self._log,
            cwd=_ROOT,
            stop_signal=signal.SIGTERM,
            stop_seconds=_STOP_SECONDS,
        )
        self._up = Child(spec)

    def await_ready(self) -> None:
        """Return once it takes alerts; raises PlatformDied."""
        for _ in range(_START_SECONDS * 10):
            if _READY.search(self._said()):
                return
            self.check()
            threading.Event().wait(0.1)
        raise PlatformDied(self._said())

    def check(self) -> None:
        """Raises PlatformDied when it is not there any more."""
        if self._up.exit_code() is not None:
            raise PlatformDied(self._said())

    def pids(self) -> dict[str, int]:
        """The processes that run, by name; one that died is missing until it is started again."""
        return processes(self._said())

    def deaths(self) -> Counter[str]:
        """How often each process ended, and how, as its supervisor saw it."""
        found = _CHANGED.findall(self._said())
        return Counter(f"{name} ended ({ending})" for name, _pid, ending in found if ending)

    def signal(self, process: str, number: signal.Signals) -> bool:
        """Send a signal to a process by its name; whether it was there."""
        pid = self.pids().get(process)
        if pid is None:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
            return True
        return False

    def stop(self) -> None:
        """Stop everything in order."""
        stop([self._up])

    def _said(self) -> str:
        return self._log.read_text(errors="replace")


def processes(said: str) -> dict[str, int]:
    """The numbers of the processes that run, from what their supervisor has said."""
    running: dict[str, int] = {}
    for name, pid, _ending in _CHANGED.findall(said):
        running.pop(name, None)
        if pid:
            running[name] = int(pid)
    return running


def _environment(state_dir: Path) -> dict[str, str]:
    """Nothing of ours but paths, so that no service of somebody else is used."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {
        **kept,
        "STATE_DIR": str(state_dir),
        "WEB_PORT": str(_free_port()),
        "SANDBOX_PORT": str(_free_port()),
        "DEMO": "0",
        # One sender sends what hundreds would.
        "WEBHOOK_TOKEN_LIMIT": "0",
    }


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
