"""Starts and stops the sandbox exchange as a process of its own, for tests and benchmarks.

It dies with whoever started it: start it from the main thread.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from tradeplatform.lib.services.child import die_with

_ROOT = Path(__file__).resolve().parents[2]
_STOP_SECONDS = 10


class SandboxProcess:
    """`with SandboxProcess(state_dir=…) as sandbox:` runs it at `sandbox.url` meanwhile."""

    def __init__(
        self, *, state_dir: Path, port: int = 0, seed: int = 1, fault_seed: int | None = None
    ) -> None:
        """Start it, on a free port if `port` is 0, and wait until it listens."""
        arguments = [
            *(sys.executable, "-m", "accounts.sandbox"),
            *("--port", str(port)),
            *("--state-dir", str(state_dir)),
            *("--seed", str(seed)),
            *(() if fault_seed is None else ("--fault-seed", str(fault_seed))),
        ]
        self.process = subprocess.Popen(  # noqa: S603  (our own interpreter and module)
            arguments,
            cwd=_ROOT,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=die_with(parent=os.getpid(), death_signal=signal.SIGKILL),
        )
        if self.process.stdout is None:
            raise RuntimeError("the sandbox exchange was started without a pipe to its output")
        line = self.process.stdout.readline()  # printed once it listens; empty if it died
        if not line:
            code = self.process.wait()
            raise RuntimeError(f"the sandbox exchange did not start; exit code {code}")
        self.url = line.split()[-1]

    def stop(self) -> None:
        """Stop it the regular way and wait; a second time does nothing."""
        self.process.terminate()
        try:
            self.process.wait(_STOP_SECONDS)
        finally:
            self._close()

    def kill(self) -> None:
        """Kill it without warning, as a crash would."""
        self.process.kill()
        self.process.wait()
        self._close()

    def _close(self) -> None:
        if self.process.stdout is not None:
            self.process.stdout.close()

    def __enter__(self) -> Self:
        """It runs already."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it."""
        self.stop()
