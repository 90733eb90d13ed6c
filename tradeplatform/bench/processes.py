"""Which processes descend from which (Linux)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

PROC = Path("/proc")


def families(pids: Iterable[int]) -> dict[int, list[int]]:
    """Each of these processes with all that descend from it."""
    children = _children()
    return {pid: list(_family(pid, children)) for pid in pids}


def read(path: Path) -> str:
    """What the kernel tells of a process; empty when it is gone."""
    try:
        return path.read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _children() -> Mapping[int, list[int]]:
    children: defaultdict[int, list[int]] = defaultdict(list)
    for directory in PROC.glob("[0-9]*"):
        # After the name, which may hold anything, come the state and the parent.
        after_name = read(directory / "stat").rpartition(")")[2].split()
        if after_name:
            children[int(after_name[1])].append(int(directory.name))
    return children


def _family(pid: int, children: Mapping[int, list[int]]) -> Iterator[int]:
    yield pid
    for child in children.get(pid, ()):
        yield from _family(child, children)
