"""Nothing outlives a benchmark that is stopped, and its directory goes with it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

# Guards a program in a temporary directory; says what it does.
_GUARDS = """
import sys, tempfile
from tradeplatform.bench import guard
guard.listen()
guard._PATIENCE_SECONDS = float(sys.argv[3])
with tempfile.TemporaryDirectory(dir=sys.argv[1]) as directory:
    print(directory, flush=True)
    guard.run([sys.executable, "-c", sys.argv[2], directory])
"""
# Starts what the real ones start: something that stops in order, and writes down that it has.
_STARTS = """
import os, signal, sys
from pathlib import Path
from tradeplatform.lib.services.child import Child, ChildSpec
stops = (
    "import signal, sys, time; from pathlib import Path;"
    "signal.pthread_sigmask(signal.SIG_BLOCK, [15]); print('up', flush=True);"
    "signal.sigwait([15]); time.sleep(0.3);"
    "Path(sys.argv[1], 'late').touch(); Path(sys.argv[1]).with_name('stopped').touch()"
)
log = Path(sys.argv[1], "log")
argv = [sys.executable, "-c", stops, sys.argv[1]]
child = Child(ChildSpec(name="x", argv=argv, env={}, log=log))
while not (log.exists() and "up" in log.read_text()):
    pass
print(os.getpid(), child.pid, flush=True)
signal.pause()
"""
# Starts something that nothing will ever stop, and ends.
_LEAVES = """
import subprocess, sys
print(subprocess.Popen(["sleep", "1000"], start_new_session=True).pid, flush=True)
"""


@pytest.mark.parametrize(
    ("number", "is_guard_asked"),
    [
        (signal.SIGTERM, True),
        (signal.SIGINT, True),
        (signal.SIGHUP, True),
        (signal.SIGTERM, False),
        (signal.SIGINT, False),
    ],
)
def test_what_a_stopped_program_started_stops_in_order_before_its_directory_goes(
    tmp_path: Path, number: signal.Signals, is_guard_asked: bool
) -> None:
    argv = [sys.executable, "-c", _GUARDS, str(tmp_path), _STARTS, "60"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as guard:
        assert guard.stdout is not None
        directory = Path(guard.stdout.readline().decode().strip())
        program, child = map(int, guard.stdout.readline().split())

        os.kill(guard.pid if is_guard_asked else program, number)
        guard.wait()

    assert (tmp_path / "stopped").exists()
    assert not directory.exists()
    assert not any(Path(f"/proc/{pid}").exists() for pid in (program, child))


def test_what_does_not_stop_is_killed_in_the_end(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", _GUARDS, str(tmp_path), _LEAVES, "0.2"]

    told = subprocess.run(argv, capture_output=True, text=True, check=True).stdout

    directory, sleeper = told.split()
    assert not Path(directory).exists()
    assert not Path(f"/proc/{sleeper}").exists()
