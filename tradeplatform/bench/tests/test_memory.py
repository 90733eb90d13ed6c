"""What processes take of the memory."""

import os
import subprocess
import sys

from tradeplatform.bench.memory import taken_mb, with_children

_HOLD_64_MB = "kept = b'x' * 64_000_000; print(flush=True); input()"


def test_a_process_takes_what_it_holds_until_it_ends() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD_64_MB],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        held = taken_mb([holder.pid])
        is_found = holder.pid in with_children([os.getpid()])
        holder.communicate("\n")

    assert 61 < held < 100
    assert is_found
    assert taken_mb([holder.pid]) == 0
    assert holder.pid not in with_children([os.getpid()])
