"""One benchmark in a process of its own, with an exchange of its own, in a directory that is there
for it alone. Whoever runs it removes the directory.

python -m tradeplatform.bench.part fanout DIRECTORY
"""

import importlib
import inspect
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import django

from accounts.sandbox.process import SandboxProcess
from tradeplatform.bench.arrivals import StubProcess
from tradeplatform.bench.machine import demand, withheld
from tradeplatform.bench.results import Measured
from tradeplatform.bench.tables import as_text, tables

# What it leaves in its directory.
RESULTS = "results.json"
# As far away as an exchange in the same part of the world.
_LATENCY_MS = 50
# Where each trades: at the stub, or where something has to be filled.
EXCHANGES: Mapping[str, type[StubProcess] | type[SandboxProcess]] = {
    "fanout": StubProcess,
    "burst": StubProcess,
    "throughput": StubProcess,
    "fills": SandboxProcess,
    "cancel_all": StubProcess,
    "growth": StubProcess,
    "polling": SandboxProcess,
    "limits": SandboxProcess,
}


def main() -> int:
    """Measure, show the figures and write them down; 1 when one of them falls short."""
    part, directory = sys.argv[1:]
    state_dir = Path(directory)
    with _exchange(part, state_dir) as exchange:
        settle(state_dir, exchange.url)
        # Not before the settings are there.
        module = importlib.import_module(f"tradeplatform.bench.{part}")
        before = demand()
        figures = [*module.measure(exchange, state_dir), withheld(before, demand())]
    _write(f"\n{part}")
    for table in tables(figures):
        _write(f"{as_text(table)}\n")
    measured = Measured(inspect.getdoc(module) or "", figures)
    (state_dir / RESULTS).write_text(json.dumps(asdict(measured)))
    return 0 if all(figure.is_met for figure in figures) else 1


def _exchange(part: str, state_dir: Path) -> StubProcess | SandboxProcess:
    if EXCHANGES[part] is StubProcess:
        return StubProcess(latency_ms=_LATENCY_MS)
    return SandboxProcess(state_dir=state_dir / "sandbox")


def settle(state_dir: Path, exchange_url: str) -> None:
    """Read the settings, which find the services by the state directory."""
    for given in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(given, None)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "tradeplatform.settings",
        "SANDBOX_URL": exchange_url,
        "STATE_DIR": str(state_dir),
        # What exchanges allow is measured by itself.
        "EXCHANGE_LIMITS_PERCENT": "100000",
    }
    django.setup()


def _write(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
