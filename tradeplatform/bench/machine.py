"""The machine that measures, and how fast it is just now."""

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from time import process_time

_PACKAGES = ("Django", "celery", "ccxt", "aiohttp", "psycopg2-binary")
_MULTIPLICATIONS = 1_000_000


def machine() -> str:
    """Its processors and memory, and the versions of what counts."""
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return (
        f"{os.cpu_count()} processors {_model()} with {_memory_gb():.0f} GB, "
        f"Python {platform.python_version()}, {packages}"
    )


def loop_ms() -> float:
    """How long a short loop takes one processor; on a shared machine it differs by the hour."""
    began_at, total = process_time(), 0
    for number in range(_MULTIPLICATIONS):
        total += number * number
    return 1000 * (process_time() - began_at)


def pace(loops_ms: Sequence[float]) -> str:
    """How fast it was, in words, by loops of the same run."""
    least, most = min(loops_ms), max(loops_ms)
    return f"{_MULTIPLICATIONS:,} multiplications took Python {least:.0f} to {most:.0f} ms"


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
