"""A rival in a process of its own, which sends when it is told to.

python -m tradeplatform.bench.rivals.process threads http://127.0.0.1:8090 1000
"""

import argparse
import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from tradeplatform.lib.services.child import die_with

_ROOT = Path(__file__).resolve().parents[3]

# Sends an order for each of the first so many accounts; returns when all are answered.
Fire = Callable[[int], None]


class RivalProcess:
    """`with RivalProcess("threads", …) as rival:`; start it from the main thread."""

    def __init__(self, name: str, *, exchange_url: str, accounts: int, broker_url: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603  (our own interpreter and module)
            [sys.executable, "-m", __name__, name, exchange_url, str(accounts)],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "RIVAL_BROKER_URL": broker_url},
            preexec_fn=die_with(parent=os.getpid(), death_signal=signal.SIGKILL),
        )
        self._read()  # it is warm

    def fire(self, orders: int) -> float:
        """Send so many; when it began, by CLOCK_MONOTONIC, which all processes share."""
        if self._process.stdin is None:
            raise RuntimeError("a rival without a pipe to its input")
        self._process.stdin.write(f"{orders}\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> float:
        if self._process.stdout is None:
            raise RuntimeError("a rival without a pipe to its output")
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"a rival has ended with {self._process.wait()}")
        return float(json.loads(line))

    def __enter__(self) -> Self:
        """It runs already."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()


def serve(fire: Fire, *, accounts: int) -> None:
    """Warm up with all accounts, then send as often as a line asks for it."""
    fire(accounts)
    gc.collect()
    gc.freeze()
    _say(time.monotonic())
    for line in sys.stdin:
        started = time.monotonic()
        fire(int(line))
        _say(started)


def _say(moment: float) -> None:
    sys.stdout.write(f"{json.dumps(moment)}\n")
    sys.stdout.flush()


def main() -> None:
    """Make the rival of that name ready and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=("bare", "threads", "tasks"))
    parser.add_argument("exchange_url")
    parser.add_argument("accounts", type=int)
    given = parser.parse_args()
    module = importlib.import_module(f"tradeplatform.bench.rivals.{given.name}")
    serve(module.prepare(given.exchange_url, given.accounts), accounts=given.accounts)


if __name__ == "__main__":
    main()
