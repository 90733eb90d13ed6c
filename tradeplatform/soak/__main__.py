"""Run one soak; the exit code is 1 unless nothing was lost, doubled or left unexplained."""

import importlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

import django

from tradeplatform.soak.arguments import read

_SERVICES = ("DATABASE_URL", "REDIS_URL", "SANDBOX_URL")
_INTERRUPTED = 130


def main() -> int:
    """The state directory is kept when something was found."""
    wanted = read(sys.argv[1:])
    state_dir = Path(tempfile.mkdtemp(prefix="tp-soak-"))
    _settle(state_dir)
    is_clean = False
    try:
        # Not before the settings are there.
        is_clean = importlib.import_module("tradeplatform.soak.run").run(wanted, state_dir)
    except KeyboardInterrupt:
        return _INTERRUPTED
    finally:
        if is_clean:
            shutil.rmtree(state_dir, ignore_errors=True)
        else:
            sys.stdout.write(f"Seed {wanted.seed}; databases and logs are kept in {state_dir}\n")
    return 0 if is_clean else 1


def _settle(state_dir: Path) -> None:
    """Read the settings, which find the services by the state directory."""
    for given in _SERVICES:
        os.environ.pop(given, None)
    os.environ["STATE_DIR"] = str(state_dir)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tradeplatform.settings")
    django.setup()


if __name__ == "__main__":
    sys.exit(main())
