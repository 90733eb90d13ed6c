"""The supervisor with real child processes: small Python programs that leave traces."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tradeplatform.lib.services.child import ChildSpec
from tradeplatform.supervisor.plan import Member, Role
from tradeplatform.supervisor.run import StartFailed, StopRequested, Supervisor
from tradeplatform.supervisor.signals import Signals

# Notes "NAME PID" when it starts and "NAME stopped" when it is asked to stop.
_TRACER = """
import os, signal, sys
def note(text):
    with open(sys.argv[1], "a") as trace:
        trace.write(f"{sys.argv[2]} {text}\\n")
def stop(*_):
    note("stopped")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
note(os.getpid())
while True:
    signal.pause()
"""
_DEAF = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
while True:
    signal.pause()
"""


@pytest.fixture
def signals() -> Iterator[Signals]:
    with Signals() as signals:
        yield signals


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(signals: Signals, said: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(signals=signals, say=said.append)
    yield supervisor
    supervisor.stop_all()


def test_a_killed_child_is_started_again(
    supervisor: Supervisor, said: list[str], tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    supervisor.start(_tracer("web", Role.EDGE, tmp_path))

    def kill_once() -> None:
        first = _await_lines(trace, 1)[0].split()[1]
        os.kill(int(first), signal.SIGKILL)
        _await_lines(trace, 2)

    _stop_after(kill_once, supervisor.watch)

    first, second = (line.split()[1] for line in trace.read_text().splitlines())
    assert said == [
        f"web: process {first}",
        "web ended (signal 9); starting it again in 0.5 s",
        f"web: process {second}",
    ]


def test_a_child_that_cannot_live_waits_twice_as_long_each_time(
    supervisor: Supervisor, said: list[str], tmp_path: Path
) -> None:
    supervisor.start(_member("worker0", Role.WORKER, tmp_path, "raise SystemExit(3)"))

    _stop_after(lambda: _await(lambda: len(said) >= 4), supervisor.watch)

    assert [line for line in said if "ended" in line] == [
        "worker0 ended (exit code 3); starting it again in 0.5 s",
        "worker0 ended (exit code 3); starting it again in 1 s",
    ]


def test_work_stops_coming_in_before_workers_and_stores_go(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    for role in Role:
        supervisor.start(_tracer(role.name, role, tmp_path))
    _await_lines(trace, len(Role))

    supervisor.stop_all()

    stopped = [line for line in trace.read_text().splitlines() if line.endswith("stopped")]
    assert stopped == [f"{role.name} stopped" for role in reversed(Role)]
    assert stopped[0] == "EDGE stopped"


def test_a_child_that_does_not_stop_in_time_is_killed(
    supervisor: Supervisor, said: list[str], tmp_path: Path
) -> None:
    supervisor.start(_member("web", Role.EDGE, tmp_path, _DEAF, stop_seconds=1))
    _await_lines(tmp_path / "web.log", 1)

    supervisor.stop_all()

    assert not _is_alive(_pid(said[0]))


def test_a_death_while_starting_shows_the_end_of_the_log(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    supervisor.start(_member("worker0", Role.WORKER, tmp_path, "raise SystemExit('no such queue')"))

    with pytest.raises(StartFailed) as failure:
        supervisor.await_ready("worker", lambda: False, seconds=30)

    assert str(failure.value) == (
        f"worker0 ended (exit code 1). The end of {tmp_path}/worker0.log:\n\nno such queue"
    )


def test_a_platform_that_is_not_ready_in_time_is_reported(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    supervisor.start(_tracer("web", Role.EDGE, tmp_path))

    with pytest.raises(StartFailed, match=r"^web was not ready within 0 seconds$"):
        supervisor.await_ready("web", lambda: False, seconds=0)


def test_a_command_that_fails_stops_the_start(supervisor: Supervisor, tmp_path: Path) -> None:
    migrate = _spec("migrate", tmp_path, "raise SystemExit('no database')")

    with pytest.raises(StartFailed, match=r"^migrate ended \(exit code 1\)"):
        supervisor.run_to_end(migrate)


def test_a_stop_request_ends_the_command_that_runs(supervisor: Supervisor, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    command = _tracer("migrate", Role.EDGE, tmp_path).spec

    with pytest.raises(StopRequested):
        _stop_after(lambda: _await_lines(trace, 1), lambda: supervisor.run_to_end(command))

    assert not _is_alive(int(trace.read_text().split()[1]))


def _tracer(name: str, role: Role, directory: Path) -> Member:
    return _member(name, role, directory, _TRACER, str(directory / "trace"), name)


def _member(
    name: str, role: Role, directory: Path, code: str, *arguments: str, stop_seconds: int = 10
) -> Member:
    return Member(role, _spec(name, directory, code, *arguments, stop_seconds=stop_seconds))


def _spec(
    name: str, directory: Path, code: str, *arguments: str, stop_seconds: int = 10
) -> ChildSpec:
    return ChildSpec(
        name=name,
        argv=[sys.executable, "-c", code, *arguments],
        env=os.environ,
        log=directory / f"{name}.log",
        stop_seconds=stop_seconds,
    )


def _stop_after(action: Callable[[], object], main: Callable[[], None]) -> None:
    """Run `main` here, where signals arrive; ask it to stop when `action` is through."""

    def act_and_stop() -> None:
        try:
            action()
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=act_and_stop)
    thread.start()
    try:
        main()
    finally:
        thread.join()


def _await_lines(path: Path, count: int) -> list[str]:
    _await(lambda: path.exists() and len(path.read_text().splitlines()) >= count)
    return path.read_text().splitlines()


def _await(condition: Callable[[], bool]) -> None:
    for _ in range(2000):
        if condition():
            return
        threading.Event().wait(0.01)
    pytest.fail("waited 20 seconds in vain")


def _pid(said: str) -> int:
    return int(said.split()[-1])


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
