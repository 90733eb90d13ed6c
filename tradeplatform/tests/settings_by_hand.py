"""Read and change rows of a running platform, as an operator does in Django's shell."""

import subprocess
import sys
from pathlib import Path

from django.conf import settings

from tradeplatform.supervisor.tests.platform_process import environment


def manage(state_dir: Path, statement: str) -> str:
    """Run one statement with the models imported; what it printed."""
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", statement],
        cwd=settings.BASE_DIR,
        env=environment(state_dir),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout.strip()
