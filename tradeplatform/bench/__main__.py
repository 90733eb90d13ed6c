"""Run benchmarks by name, or all; the exit code is 1 when a ratio or a count falls short."""

import argparse
import importlib
import os
import platform
import sys
import tempfile
from pathlib import Path

import django
from django.core.management import call_command

from accounts.sandbox.process import SandboxProcess
from tradeplatform.bench.figures import table
from tradeplatform.lib.services.child import stop
from tradeplatform.lib.services.throwaway import start, throwaway_postgres, throwaway_valkey

PARTS = ("polling",)


def main() -> int:
    """Measure on services of our own, durable as those of a running platform."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}")
    parts = parser.parse_args().parts or PARTS
    if unknown := sorted(set(parts) - set(PARTS)):
        parser.error(f"There is no benchmark {', '.join(unknown)}; there is {', '.join(PARTS)}.")
    with tempfile.TemporaryDirectory(prefix="tradeplatform-bench-") as directory:
        state_dir = Path(directory)
        services = start(
            [
                throwaway_postgres(state_dir, durable=True),
                throwaway_valkey(state_dir, durable=True),
            ]
        )
        try:
            with SandboxProcess(state_dir=state_dir / "sandbox") as sandbox:
                _settle(state_dir, sandbox.url)
                met = [_is_met(part, sandbox.url) for part in parts]
                return 0 if all(met) else 1
        finally:
            stop(services)


def _settle(state_dir: Path, sandbox_url: str) -> None:
    """Read the settings, which find the services by the state directory; make the tables."""
    for given in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(given, None)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "tradeplatform.settings",
        "SANDBOX_URL": sandbox_url,
        "STATE_DIR": str(state_dir),
    }
    django.setup()
    call_command("migrate", verbosity=0)


def _is_met(part: str, sandbox_url: str) -> bool:
    """Measure one part and show its figures."""
    # Not before the settings are there.
    ground = importlib.import_module("tradeplatform.bench.ground").Ground(sandbox_url)
    try:
        figures = importlib.import_module(f"tradeplatform.bench.{part}").measure(ground)
    finally:
        ground.close()
    _write(f"\n{part}: Python {platform.python_version()}, {os.cpu_count()} processors")
    _write(table(figures))
    return all(figure.is_met for figure in figures)


def _write(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
