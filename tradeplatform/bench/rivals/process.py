"""A rival in a process of its own, which sends when it is told to.

python -m tradeplatform.bench.rivals.process threads http://127.0.0.1:8090 1000
"""

import argparse
import gc
import importlib
import sys
import time
from collections.abc import Callable

from tradeplatform.bench.prompt import PromptModule
from tradeplatform.lib.services.piped import say

# Sends an order for each of the first so many accounts; returns when all are answered.
Fire = Callable[[int], None]


class RivalProcess(PromptModule):
    """`with RivalProcess("threads", …) as rival:`; start it from the main thread."""

    def __init__(self, name: str, *, exchange_url: str, accounts: int, broker_url: str) -> None:
        environ = {"RIVAL_BROKER_URL": broker_url}
        super().__init__(__name__, name, exchange_url, str(accounts), environ=environ)
        self.hear()  # it is warm

    def fire(self, orders: int) -> float:
        """Send so many; when it began, by CLOCK_MONOTONIC, which all processes share."""
        self.tell(str(orders))
        return float(self.hear())


def serve(fire: Fire, *, accounts: int) -> None:
    """Warm up with all accounts, then send as often as a line asks for it."""
    fire(accounts)
    gc.collect()
    gc.freeze()
    say(str(time.monotonic()))
    for line in sys.stdin:
        started = time.monotonic()
        fire(int(line))
        say(str(started))


def main() -> None:
    """Make the rival of that name ready and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=("bare", "threads", "tasks"))
    parser.add_argument("exchange_url")
    parser.add_argument("accounts", type=int)
    given = parser.parse_args()
    module = importlib.import_module(f"tradeplatform.bench.rivals.{given.name}")
    serve(module.prepare(given.exchange_url, given.accounts), accounts=given.accounts)


if __name__ == "__main__":
    main()
