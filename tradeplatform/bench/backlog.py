"""Whether work that keeps coming is done as fast as it comes. Pure; all moments are seconds."""

import statistics
from bisect import bisect_right
from collections.abc import Sequence

_LOOKS = 100
# Of what comes: a slow moment of the machine is not yet a queue that grows.
_FLAT_SHARE = 0.05


def backlog(*, due: Sequence[float], done: Sequence[float], at: float) -> int:
    """How many were due by that moment and not done; both are in order of time."""
    return bisect_right(due, at) - bisect_right(done, at)


def growth(*, due: Sequence[float], done: Sequence[float]) -> float:
    """By which share of what comes the backlog grows while it comes: 0 where all is done as fast,
    1 where nothing is done."""
    start, end = due[0], due[-1]
    looks = [
        backlog(due=due, done=done, at=start + (end - start) * look / _LOOKS)
        for look in range(_LOOKS)
    ]
    # The first tenth is left out: there it grows until the first are done, however fast that is.
    steady = looks[_LOOKS // 10 :]
    half = len(steady) // 2
    risen = statistics.fmean(steady[half:]) - statistics.fmean(steady[:half])
    return risen / (len(due) * half / _LOOKS)


def is_flat(*, due: Sequence[float], done: Sequence[float]) -> bool:
    """Whether the queue stays as it is."""
    return growth(due=due, done=done) <= _FLAT_SHARE
