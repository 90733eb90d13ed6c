"""What the page tells of the machine."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tradeplatform.bench.machine import Demand, code, demand, loops_ms, machine, pace, withheld


def test_the_machine_is_told_with_what_its_speed_depends_on() -> None:
    told = machine()

    assert told.startswith(f"{os.cpu_count()} processors ")
    assert " GB, Python 3." in told
    assert "ccxt 4." in told


def test_the_commit_is_told_and_whether_it_was_changed(tmp_path: Path) -> None:
    git_path = str(shutil.which("git"))

    def git(*arguments: str) -> None:
        names = ["-c", "user.name=x", "-c", "user.email=x@localhost"]
        subprocess.run([git_path, *names, *arguments], cwd=tmp_path, check=True)

    outside = code(tmp_path)
    git("init", "--quiet")
    (tmp_path / "file").write_text("one")
    git("add", "file")
    git("commit", "--quiet", "--message", "first")
    committed = code(tmp_path)
    (tmp_path / "file").write_text("two")

    assert outside == "unknown"
    assert len(committed) == 10
    assert code(tmp_path) == f"{committed}-dirty"


def test_every_processor_is_timed() -> None:
    loops = loops_ms()

    assert len(loops) == os.cpu_count()
    assert min(loops) > 1


def test_the_fastest_and_the_slowest_moment_of_a_run_are_told() -> None:
    assert pace([61.2, 140.6, 80]).endswith("took Python 61 to 141 ms")


def test_what_is_withheld_is_a_share_of_what_was_wanted(tmp_path: Path) -> None:
    stat = tmp_path / "stat"
    stat.write_text("cpu  100 1 20 5000 70 3 4 32 9 0\ncpu0 50 0 10 2500 35 1 2 16 4 0\n")

    now = demand(stat)

    assert now == Demand(wanted=160, withheld=32)
    assert withheld(Demand(wanted=80, withheld=12), now).value == pytest.approx(25)
    assert withheld(now, now).value == 0


def test_this_machine_tells_what_it_wanted() -> None:
    assert demand().wanted > demand().withheld >= 0
