"""`manage.py up` as a user starts it, for tests."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from django.conf import settings

_PROCESS_LINE = re.compile(r"(\w+): process (\d+)")


class PlatformProcess:
    """A supervisor in a process of its own, told nothing but its state directory."""

    def __init__(self, state_dir: Path, **variables: str) -> None:
        self.state_dir = state_dir
        self._process = subprocess.Popen(
            [sys.executable, "manage.py", "up"],
            cwd=settings.BASE_DIR,
            env=environment(state_dir, **variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []

    def read_until(self, pattern: str) -> str:
        """Read its output up to the line that matches; fails when the output ends first."""
        assert self._process.stdout
        for line in self._process.stdout:
            self.lines.append(line.rstrip("\n"))
            if re.search(pattern, line):
                return self.lines[-1]
        raise AssertionError("\n".join([f"no line matches {pattern}:", *self.lines]))

    @contextmanager
    def restarting_nothing(self) -> Iterator[None]:
        """The supervisor itself is stopped meanwhile, so that what is killed stays dead."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    @contextmanager
    def stopped(self, *names: str) -> Iterator[None]:
        """These processes do nothing meanwhile; the supervisor sees them alive."""
        pids = [self.pid_of(name) for name in names]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    def kill(self, name: str) -> int:
        """Kill a process without warning; its number."""
        pid = self.pid_of(name)
        os.kill(pid, signal.SIGKILL)
        return pid

    def read_until_restarted(self, name: str, *, killed: int) -> None:
        """Read its output until the process has another number than the killed one."""
        while self.pid_of(name) == killed:
            self.read_until(f"^{name}: process")

    def processes(self) -> list[tuple[str, int]]:
        """Name and number of every process it said it started."""
        found = (_PROCESS_LINE.fullmatch(line) for line in self.lines)
        return [(match[1], int(match[2])) for match in found if match]

    def quickstart(self) -> dict[str, str]:
        """What quickstart.json says; its group names are a list."""
        content: dict[str, str] = json.loads((self.state_dir / "quickstart.json").read_text())
        return content

    def pid_of(self, name: str) -> int:
        return dict(self.processes())[name]

    def end(self, number: signal.Signals) -> int:
        """Send the signal; its exit code once its output has ended too."""
        self._process.send_signal(number)
        return self.exit_code()

    def exit_code(self) -> int:
        """Wait until it and its output have ended."""
        output, _ = self._process.communicate()
        self.lines += output.splitlines()
        return self._process.returncode

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self.end(signal.SIGTERM)


def environment(state_dir: Path, **variables: str) -> dict[str, str]:
    """What a user's shell has, and where the state is."""
    return {"PATH": os.environ["PATH"], "STATE_DIR": str(state_dir), **variables}
