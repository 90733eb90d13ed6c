"""Run benchmarks by name, or all; the exit code is 1 when a ratio or a count falls short."""

import argparse
import subprocess
import sys

from tradeplatform.bench.part import EXCHANGES


def main() -> int:
    """Each in a process of its own, so that none begins with what another left in memory."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(EXCHANGES)}")
    parts = parser.parse_args().parts or list(EXCHANGES)
    if unknown := sorted(set(parts) - set(EXCHANGES)):
        parser.error(
            f"There is no benchmark {', '.join(unknown)}; there is {', '.join(EXCHANGES)}."
        )
    return max(_run(part) for part in parts)


def _run(part: str) -> int:
    argv = [sys.executable, "-m", "tradeplatform.bench.part", part]
    return subprocess.run(argv, check=False).returncode  # noqa: S603  our own module


if __name__ == "__main__":
    sys.exit(main())
