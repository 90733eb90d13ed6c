"""What the page tells of the machine."""

import os

from tradeplatform.bench.machine import loops_ms, machine, pace


def test_the_machine_is_told_with_what_its_speed_depends_on() -> None:
    told = machine()

    assert told.startswith(f"{os.cpu_count()} processors ")
    assert " GB, Python 3." in told
    assert "ccxt 4." in told


def test_every_processor_is_timed() -> None:
    loops = loops_ms()

    assert len(loops) == os.cpu_count()
    assert min(loops) > 1


def test_the_fastest_and_the_slowest_moment_of_a_run_are_told() -> None:
    assert pace([61.2, 140.6, 80]).endswith("took Python 61 to 141 ms")
