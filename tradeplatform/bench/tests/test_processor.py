"""The processor time of a platform's processes, by the kernel's clocks."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tradeplatform.bench.processor import Spent, clocks, spent

# Works for so long by its own clock, tells its number, and waits to be ended.
_WORKS = """
import os, time
while time.process_time() < 0.3: pass
print(os.getpid(), flush=True)
input()
"""
# Has a child that does.
_HAS_CHILD = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {_WORKS!r}])"


@contextmanager
def _running(code: str) -> Iterator[tuple[int, int]]:
    """The numbers of a process that runs the code, and of the one that has done the work."""
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        yield process.pid, int(process.stdout.readline())
        process.communicate(b"\n")


def test_a_process_is_known_by_its_name_and_number_and_so_are_its_children() -> None:
    with _running(_HAS_CHILD) as (parent, child):
        found = clocks({"postgres": parent, "web": os.getpid()}, except_for=0)

    assert found.keys() >= {("postgres", parent), ("postgres", child), ("web", os.getpid())}
    assert found["postgres", child] >= 0.3


def test_the_child_that_serves_whoever_measures_is_left_out() -> None:
    with _running(_HAS_CHILD) as (parent, child):
        found = clocks({"postgres": parent}, except_for=child)

    assert found.keys() == {("postgres", parent)}


def test_a_process_that_has_ended_has_used_nothing() -> None:
    with _running(_WORKS) as (ended, _):
        pass

    assert clocks({"web": ended}, except_for=0) == {("web", ended): 0.0}


def test_what_workers_used_in_between_is_told_beside_what_all_did() -> None:
    before = {("worker0", 1): 5.0, ("worker1", 2): 5.0, ("web", 3): 1.0, ("postgres", 4): 9.0}
    after = {("worker0", 1): 5.5, ("worker1", 2): 5.25, ("web", 3): 1.5, ("postgres", 7): 0.25}

    assert spent(before, after) == Spent(workers=0.75, everywhere=1.5)
