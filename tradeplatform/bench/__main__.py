"""Run benchmarks by name, or all, which writes docs/performance.md anew; the exit code is 1 when a
ratio or a count falls short."""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tradeplatform.bench.figures import Figure
from tradeplatform.bench.page import PAGE, write_page
from tradeplatform.bench.part import EXCHANGES


def main() -> int:
    """Each in a process of its own, so that none begins with what another left in memory."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(EXCHANGES)}")
    wanted = parser.parse_args().parts
    if unknown := sorted(set(wanted) - set(EXCHANGES)):
        parser.error(
            f"There is no benchmark {', '.join(unknown)}; there is {', '.join(EXCHANGES)}."
        )
    measured = {part: _run(part) for part in wanted or EXCHANGES}
    if not wanted:
        write_page(measured, today=datetime.now(UTC).date())
        sys.stdout.write(f"\n{PAGE} is written.\n")
    return 0 if all(figure.is_met for figures in measured.values() for figure in figures) else 1


def _run(part: str) -> Sequence[Figure]:
    """What it measured; ends the program when it broke off."""
    with tempfile.TemporaryDirectory(prefix="tradeplatform-bench-") as directory:
        results = Path(directory) / "results.json"
        argv = [sys.executable, "-m", "tradeplatform.bench.part", part, str(results)]
        subprocess.run(argv, check=False)  # noqa: S603  our own module
        if not results.exists():
            sys.exit(f"The benchmark {part} broke off.")
        return [Figure(**fields) for fields in json.loads(results.read_text())]


if __name__ == "__main__":
    sys.exit(main())
