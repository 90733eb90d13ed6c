"""The soak itself, with a few alerts: a true platform passes it, a lying one does not."""

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.conf import settings

from tradeplatform.lib.services.tests.endings import ends
from tradeplatform.supervisor.rented import processes

pytestmark = pytest.mark.whole_platform

_RESENDING = "tradeplatform.soak.tests.resending.settings"


def start(directory: Path, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    """A soak whose state lies in the directory."""
    return subprocess.Popen(
        [sys.executable, "-m", "tradeplatform.soak", *arguments],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "TMPDIR": str(directory), **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def verdict(output: str) -> dict[str, int]:
    """What the report says of lost, doubled, unexplained and drift."""
    found = re.findall(r"^(lost|doubled|unexplained|drift) +([\d,]+)$", output, re.MULTILINE)
    return {name: int(number.replace(",", "")) for name, number in found}


def test_nothing_is_lost_or_doubled_through_faults_and_kills(state_dir: Path) -> None:
    soak = start(state_dir, "--alerts", "60", "--seed", "5")

    output, _ = soak.communicate()

    assert verdict(output) == {"lost": 0, "doubled": 0, "unexplained": 0, "drift": 0}, output
    assert "PASSED" in output
    assert soak.returncode == 0
    assert list(state_dir.glob("tp-soak-*")) == []


def test_platform_that_sends_again_after_a_time_out_is_found_out(state_dir: Path) -> None:
    # Under this seed the first three orders of four accounts out of six meet an acceptance whose
    # answer proves nothing: enough even for a platform too slow to send many.
    arguments = ("--alerts", "40", "--seed", "9", "--settle-seconds", "5")
    soak = start(state_dir, *arguments, DJANGO_SETTINGS_MODULE=_RESENDING)

    output, _ = soak.communicate()

    assert verdict(output).get("doubled", 0) > 0, output
    assert " is 2 at the exchange: " in output
    assert soak.returncode == 1
    (kept,) = state_dir.glob("tp-soak-*")
    assert f"Seed 9; databases and logs are kept in {kept}" in output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_soak_that_is_ended_leaves_no_process(state_dir: Path, number: signal.Signals) -> None:
    soak = start(state_dir, "--alerts", "9999")
    home = await_running(state_dir)
    supervisor = int((home / "up.lock").read_text())

    soak.send_signal(number)
    soak.communicate()

    started = processes((home / "up.log").read_text())
    assert len(started) == 12
    started["up"] = supervisor
    assert [name for name, pid in started.items() if not ends(pid)] == []


def await_running(directory: Path) -> Path:
    """Wait until the platform in that directory takes alerts; where its state is. Patient: several
    platforms may start at once on a busy machine."""
    for _ in range(1800):
        found = list(directory.glob("tp-soak-*/up.log"))
        if found and "READY" in found[0].read_text():
            return found[0].parent
        threading.Event().wait(0.1)
    raise AssertionError("it never took alerts")
