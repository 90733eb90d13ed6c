"""Run benchmarks by name, or all, which writes docs/performance.md and what README.md tells of it
anew; the exit code is 1 when a ratio or a count falls short."""

import argparse
import json
import sys
from datetime import UTC, datetime
from time import monotonic

from tradeplatform.bench import guard
from tradeplatform.bench.machine import code, loops_ms, machine, pace
from tradeplatform.bench.page import publish
from tradeplatform.bench.part import EXCHANGES, RESULTS
from tradeplatform.bench.results import Measured, Results
from tradeplatform.bench.scratch import scratch
from tradeplatform.bench.tables import as_text, summary


def main() -> int:
    """Each in a process of its own, so that none begins with what another left in memory."""
    parser = argparse.ArgumentParser(usage='make bench [PARTS="part part …"]', description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(EXCHANGES)}")
    wanted = parser.parse_args().parts
    if unknown := sorted(set(wanted) - set(EXCHANGES)):
        parser.error(
            f"There is no benchmark {', '.join(unknown)}; there is {', '.join(EXCHANGES)}."
        )
    guard.listen()
    if not wanted:
        sys.stdout.write("All parts: half an hour, an hour where the machine is busy.\n")
    parts: dict[str, Measured] = {}
    loops: list[float] = []
    commits: dict[str, None] = {}  # in their order; somebody may work on while this runs
    for number, part in enumerate(chosen := wanted or list(EXCHANGES), start=1):
        sys.stdout.write(f"\nMeasuring {part} ({number} of {len(chosen)}) …\n")
        sys.stdout.flush()
        loops += loops_ms()
        commits[code()] = None
        started_at = monotonic()
        if measured := _run(part):
            parts[part] = measured
        sys.stdout.write(f"{part} took {monotonic() - started_at:.0f} s\n")
    told = f"{machine()}; {pace(loops)}; commit {', '.join(commits)}"
    results = Results(datetime.now(UTC).date(), told, parts)
    sys.stdout.write(f"\n{results.machine}\n{as_text(summary(results.headlines))}\n")
    broken_off = [part for part in chosen if part not in parts]
    if broken_off:
        sys.stdout.write(f"\nBroke off: {', '.join(broken_off)}. No page was written.\n")
    elif not wanted:
        publish(results)
        sys.stdout.write("\ndocs/performance.md and README.md tell it now.\n")
    missed = [figure for part in parts.values() for figure in part.figures if not figure.is_met]
    if missed:
        sys.stdout.write(f"\n{len(missed)} MISSED; docs/performance_notes.md tells why some are.\n")
    return 1 if missed or broken_off else 0


def _run(part: str) -> Measured | None:
    """What it measured, None when it broke off; ends the program when that is to stop."""
    with scratch() as directory:
        try:
            guard.run([sys.executable, "-m", "tradeplatform.bench.part", part, str(directory)])
        except KeyboardInterrupt:
            sys.exit(f"The benchmark {part} was stopped.")
        results = directory / RESULTS
        if not results.exists():
            return None
        return Measured.from_fields(json.loads(results.read_text()))


if __name__ == "__main__":
    sys.exit(main())
