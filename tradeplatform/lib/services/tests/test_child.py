"""A child that never outlives us, whatever ends us."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tradeplatform.lib.services.child import Child, ChildSpec, stop
from tradeplatform.lib.services.tests.endings import ends

# Starts a child that sleeps, says its number, and sleeps too.
_PARENT = """
import os, signal, sys
from pathlib import Path
from tradeplatform.lib.services.child import Child, ChildSpec
sleep = [sys.executable, "-c", "import signal; signal.pause()"]
print(Child(ChildSpec(name="x", argv=sleep, env={}, log=Path(sys.argv[1]))).pid, flush=True)
signal.pause()
"""
# Leaves a process behind that ignores polite requests, and ends.
_LEAVES_ONE_BEHIND = """
import subprocess, sys
stay = "import signal; signal.signal(15, signal.SIG_IGN); print('up', flush=True); signal.pause()"
left = subprocess.Popen([sys.executable, "-c", stay], stdout=subprocess.PIPE)
left.stdout.readline()
print(left.pid)
"""


def test_kill_9_of_the_parent_ends_the_child(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, str(tmp_path / "log")], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    child = int(parent.stdout.readline())

    parent.kill()
    parent.communicate()

    assert ends(child)


def test_what_a_dead_child_left_behind_is_killed_with_its_session(tmp_path: Path) -> None:
    child = Child(_spec(tmp_path / "log", _LEAVES_ONE_BEHIND))
    child.wait(seconds=20)
    left_behind = int((tmp_path / "log").read_text())

    child.kill_session()

    assert ends(left_behind)


def test_stopping_asks_with_the_signal_of_the_spec(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = "import signal; print('up', flush=True); signal.sigwait([signal.SIGINT])"
    child = Child(_spec(log, f"import signal; signal.pthread_sigmask(0, [2]); {code}"))
    _await_text(log, "up")

    stop([child])

    assert child.exit_code() == 0


def test_a_long_log_is_set_aside_and_a_new_one_begun(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"x" * (10 * 1024 * 1024 + 1))

    Child(_spec(log, "print('new')")).wait(seconds=20)

    assert log.read_text() == "new\n"
    assert (tmp_path / "log.1").stat().st_size == 10 * 1024 * 1024 + 1


def test_the_log_of_a_child_that_writes_on_is_set_aside(tmp_path: Path) -> None:
    log = tmp_path / "log"
    flood = "print('x' * (10 * 1024 * 1024), flush=True)"
    later = "import signal; signal.sigwait([signal.SIGINT]); print('later')"
    child = Child(_spec(log, f"import signal; signal.pthread_sigmask(0, [2]); {flood}; {later}"))
    _await_text(log, "x\n")

    child.shorten_log()
    stop([child])

    aside = tmp_path / "log.1"
    assert log.read_text() == "later\n"
    assert aside.stat().st_size == 10 * 1024 * 1024 + 1
    assert aside.stat().st_mode & 0o777 == 0o600


def test_logs_are_for_their_owner_only(tmp_path: Path) -> None:
    Child(_spec(tmp_path / "logs" / "log", "print('secret')")).wait(seconds=20)

    assert (tmp_path / "logs" / "log").stat().st_mode & 0o777 == 0o600


def _spec(log: Path, code: str) -> ChildSpec:
    return ChildSpec(
        name="child",
        argv=[sys.executable, "-c", code],
        env={},
        log=log,
        stop_signal=signal.SIGINT,
    )


def _await_text(path: Path, text: str) -> None:
    for _ in range(1000):
        if path.exists() and text in path.read_text():
            return
        threading.Event().wait(0.01)
    pytest.fail(f"{path} never said {text}")
