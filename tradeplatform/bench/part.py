"""One benchmark in a process of its own, with an exchange and a directory of its own."""

import importlib
import os
import sys
import tempfile
from pathlib import Path

import django

from tradeplatform.bench.arrivals import StubProcess
from tradeplatform.bench.figures import table

_LATENCY_MS = 50


def main(name: str) -> int:
    with (
        tempfile.TemporaryDirectory(prefix="tradeplatform-bench-") as directory,
        StubProcess(latency_ms=_LATENCY_MS) as stub,
    ):
        for given in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(given, None)
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "tradeplatform.settings",
            "STATE_DIR": directory,
            "SANDBOX_URL": stub.url,
        }
        django.setup()
        module = importlib.import_module(f"tradeplatform.bench.{name}")
        figures = module.measure(stub, Path(directory))
        sys.stdout.write(table(figures) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
