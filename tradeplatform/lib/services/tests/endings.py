"""Waiting for a process that is not our own child to end."""

import threading
from pathlib import Path


def ends(pid: int) -> bool:
    """Whether the process ends within three minutes, as stopping the whole platform in order may
    take one on a busy machine. A zombie has ended: it waits for init only."""
    for _ in range(18_000):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        threading.Event().wait(0.01)
    return False
