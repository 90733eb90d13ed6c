"""A platform without old orders, in a process of its own: what one that has them is compared with.

python -m tradeplatform.bench.newborn /tmp/newborn http://127.0.0.1:8090
"""

import importlib
import sys
from pathlib import Path

from tradeplatform.bench.part import settle
from tradeplatform.bench.prompt import PromptModule
from tradeplatform.lib.services.piped import say

_STOP = "stop"


class NewbornProcess(PromptModule):
    """`with NewbornProcess(…) as newborn:`; start it from the main thread."""

    def __init__(self, state_dir: Path, *, exchange_url: str) -> None:
        state_dir.mkdir()
        super().__init__(__name__, str(state_dir), exchange_url)
        self.hear()  # it is up

    def take(self, turn: str) -> float:
        """As `Grown.take`."""
        self.tell(turn)
        return float(self.hear())

    def __exit__(self, *details: object) -> None:
        """Have it stop its platform in order."""
        try:
            self.tell(_STOP)
            self.process.wait(self.patience_seconds)
        finally:
            super().__exit__(*details)


def main() -> None:
    """Take the turns that lines ask for."""
    directory, exchange_url = sys.argv[1:]
    settle(Path(directory), exchange_url)
    # Not before the settings are there.
    grown = importlib.import_module("tradeplatform.bench.grown")
    with grown.Grown(Path(directory), exchange_url=exchange_url) as newborn:
        say("ready")
        for line in iter(lambda: sys.stdin.readline().strip(), _STOP):
            say(str(newborn.take(line)))


if __name__ == "__main__":
    main()
