"""The machine that measures, how fast it is just now, and what its host keeps from it."""

import os
import platform
import subprocess
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from time import process_time

from tradeplatform.bench.figures import Figure

_PACKAGES = ("Django", "celery", "ccxt", "aiohttp", "psycopg2-binary")
_MULTIPLICATIONS = 1_000_000


def machine() -> str:
    """Its processors and memory, and the versions of what counts."""
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return (
        f"{os.cpu_count()} processors {_model()} with {_memory_gb():.0f} GB, "
        f"Python {platform.python_version()}, {packages}"
    )


def code(directory: Path = Path(__file__).parent) -> str:
    """Which commit is measured, and whether it was changed since; `unknown` outside of git."""
    describe = ["git", "describe", "--always", "--dirty", "--abbrev=10"]
    try:
        told = subprocess.run(  # noqa: S603  nothing of it comes from outside
            describe, cwd=directory, capture_output=True, text=True, check=True
        )
    except (FileNotFoundError, subprocess.CalledProcessError):
        return "unknown"
    return told.stdout.strip()


def loops_ms() -> Sequence[float]:
    """How long a short loop takes each processor while all are busy; on a shared machine it differs
    by the hour, and a processor alone may be three times as fast."""
    processors = os.cpu_count() or 1
    with ProcessPoolExecutor(processors) as pool:
        loops = [pool.submit(_loop_ms) for _ in range(processors)]
        return [loop.result() for loop in loops]


def pace(loops: Sequence[float]) -> str:
    """How fast it was, in words, by the milliseconds of loops of the same run."""
    return (
        f"{_MULTIPLICATIONS:,} multiplications on every processor at once took Python "
        f"{min(loops):.0f} to {max(loops):.0f} ms"
    )


@dataclass(frozen=True, slots=True)
class Demand:
    """Processor time since the machine began, of all its processors, in the kernel's ticks."""

    wanted: int  # to work, got or not
    withheld: int  # of that, what the host of a virtual machine gave to others


def demand(stat: Path = Path("/proc/stat")) -> Demand:
    """Until now, as proc_stat(5) has it."""
    _, user, nice, system, _idle, _iowait, irq, softirq, steal, *_ = stat.read_text().split()
    wanted = [user, nice, system, irq, softirq, steal]
    return Demand(sum(map(int, wanted)), int(steal))


def withheld(before: Demand, after: Demand) -> Figure:
    """How much of the wanted time the host gave to others in between: every time that was measured
    meanwhile has grown by it, and some by seconds, for it takes both processors at once."""
    wanted = after.wanted - before.wanted
    return Figure(
        name="processor time that the machine's host gave to others",
        value=100 * (after.withheld - before.withheld) / max(wanted, 1),
        unit="%",
    )


def _loop_ms() -> float:
    began_at, total = process_time(), 0
    for number in range(_MULTIPLICATIONS):
        total += number * number
    return 1000 * (process_time() - began_at)


def _model() -> str:
    """As the kernel names it (Linux); else the architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except FileNotFoundError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _memory_gb() -> float:
    return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")) / 1024**3
