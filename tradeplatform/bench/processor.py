"""How much of the processors' time a running platform uses.

By the kernel's own clock of each process, in nanoseconds: /proc counts in hundredths of a second,
in which a worker sends many orders.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from tradeplatform.bench.processes import families

# Seconds of one processor since each process began, by the platform's name for it or for the
# process it is a child of, and by its number.
Clocks = Mapping[tuple[str, int], float]


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of one processor: in the workers, and in all processes of the platform."""

    workers: float
    everywhere: float


def clocks(processes: Mapping[str, int], *, except_for: int) -> Clocks:
    """Of these processes, given by name and number, and their children: PostgreSQL has one for each
    connection. `except_for` is the child that serves whoever measures."""
    members = families(processes.values())
    return {
        (name, each): _seconds(each)
        for name, number in processes.items()
        for each in members[number]
        if each != except_for
    }


def spent(before: Clocks, after: Clocks) -> Spent:
    """What was used in between; what a process that ended meanwhile used is not known any more."""
    used = {key: seconds - before.get(key, 0.0) for key, seconds in after.items()}
    workers = sum(seconds for (name, _), seconds in used.items() if name.startswith("worker"))
    return Spent(workers, sum(used.values()))


def _seconds(number: int) -> float:
    try:
        # What clock_getcpuclockid(3) makes of a process's number on Linux.
        return time.clock_gettime(~number << 3 | 2)
    except OSError:
        return 0.0  # it has ended meanwhile
