"""How much memory processes take; of what several share each counts its part (PSS; Linux)."""

from collections.abc import Iterable
from itertools import chain

from tradeplatform.bench.processes import PROC, families, read


def taken_mb(pids: Iterable[int]) -> float:
    """Megabytes of these processes together; one that has ended takes none."""
    return sum(map(_taken_kb, pids)) / 1024


def with_children(pids: Iterable[int]) -> set[int]:
    """These processes and all that descend from them."""
    return set(chain.from_iterable(families(pids).values()))


def _taken_kb(pid: int) -> int:
    lines = read(PROC / str(pid) / "smaps_rollup").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
