"""How much memory processes take; of what several share each counts its part (PSS; Linux)."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

_PROC = Path("/proc")


def taken_mb(pids: Iterable[int]) -> float:
    """Megabytes of these processes together; one that has ended takes none."""
    return sum(map(_taken_kb, pids)) / 1024


def with_children(pids: Iterable[int]) -> set[int]:
    """These processes and all that descend from them."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    for directory in _PROC.glob("[0-9]*"):
        children[_parent(directory)].append(int(directory.name))
    found, waiting = set[int](), list(pids)
    while waiting:
        found.add(pid := waiting.pop())
        waiting += children[pid]
    return found


def _taken_kb(pid: int) -> int:
    lines = _read(_PROC / str(pid) / "smaps_rollup").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _parent(directory: Path) -> int:
    # The name before it stands in brackets and may have anything in it.
    after_name = _read(directory / "stat").rpartition(")")[2].split()
    return int(after_name[1]) if after_name else 0


def _read(path: Path) -> str:
    """Empty when the process is gone."""
    try:
        return path.read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""
