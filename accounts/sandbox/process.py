"""Starts and stops the sandbox exchange as a process of its own, for tests and benchmarks.

It dies with whoever started it: start it from the main thread.
"""

from pathlib import Path

from tradeplatform.lib.services.piped import PipedModule

_STOP_SECONDS = 10


class SandboxProcess(PipedModule):
    """`with SandboxProcess(state_dir=…) as sandbox:` runs it at `sandbox.url` meanwhile."""

    def __init__(
        self, *, state_dir: Path, port: int = 0, seed: int = 1, fault_seed: int | None = None
    ) -> None:
        """Start it, on a free port if `port` is 0, and wait until it listens."""
        super().__init__(
            "accounts.sandbox",
            *("--port", str(port)),
            *("--state-dir", str(state_dir)),
            *("--seed", str(seed)),
            *(() if fault_seed is None else ("--fault-seed", str(fault_seed))),
        )
        self.url = self.hear().split()[-1]

    def stop(self) -> None:
        """Stop it the regular way and wait; a second time does nothing."""
        self.process.terminate()
        try:
            self.process.wait(_STOP_SECONDS)
        finally:
            self._close()

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self.stop()
