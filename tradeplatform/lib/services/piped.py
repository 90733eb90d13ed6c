"""A Python module run beside us, which we hear, and speak to, line by line.

It dies with whoever started it: start it from the main thread (see `child`).
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Self

from tradeplatform.lib.services.child import die_with

_ROOT = Path(__file__).resolve().parents[3]


def say(line: str) -> None:
    """What the module itself calls for `PipedModule.hear` to return."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class PipedModule:
    """`python -m NAME ARGUMENTS`, with `environ` on top of our environment; ends with its block."""

    def __init__(
        self, name: str, *arguments: str, environ: Mapping[str, str] | None = None
    ) -> None:
        self._name = name
        self.process = subprocess.Popen(  # noqa: S603  (our own interpreter and module)
            [sys.executable, "-m", name, *arguments],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **(environ or {})},
            preexec_fn=die_with(parent=os.getpid(), death_signal=signal.SIGKILL),
        )
        self._said, self._told = _piped(self.process.stdout), _piped(self.process.stdin)

    def hear(self) -> str:
        """The next line it says; raises RuntimeError when it has ended instead."""
        line = self._said.readline()
        if not line:
            raise RuntimeError(f"{self._name} has ended; exit code {self.process.wait()}")
        return line.rstrip("\n")

    def tell(self, line: str) -> None:
        """Write it a line."""
        self._told.write(f"{line}\n")
        self._told.flush()

    def kill(self) -> None:
        """End it without warning, as a crash would; a second time does nothing."""
        self.process.kill()
        self.process.wait()
        self._close()

    def _close(self) -> None:
        self._said.close()
        self._told.close()

    def __enter__(self) -> Self:
        """It runs already."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self.kill()


def _piped(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise RuntimeError("a process without a pipe")
    return pipe
