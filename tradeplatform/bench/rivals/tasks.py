"""One Celery task per account: fifty threads of a worker, ccxt's synchronous clients.

Nothing is read from or written to a database, and no result is kept.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import worker_init

from tradeplatform.bench.arrivals import Arrivals
from tradeplatform.bench.rivals.process import Fire
from tradeplatform.bench.rivals.signed_orders import ORDER, clients
from tradeplatform.lib.services.child import die_with

_ROOT = Path(__file__).resolve().parents[3]
_THREADS = 50
_QUEUE = "rival"

app = Celery("rival", broker=os.environ["RIVAL_BROKER_URL"])
app.conf.update(task_ignore_result=True, task_default_queue=_QUEUE, worker_prefetch_multiplier=4)
_warm: list[Any] = []


@app.task(name="rival.send")
def send(account: int) -> None:
    """Send one account's order."""
    _warm[account].create_order(*ORDER)


@worker_init.connect
def warm_up(**_: Any) -> None:
    """In the worker, before its first task."""
    _warm.extend(clients(os.environ["RIVAL_EXCHANGE_URL"], int(os.environ["RIVAL_ACCOUNTS"])))


def prepare(exchange_url: str, accounts: int) -> Fire:
    """A worker with clients for all accounts."""
    environ = {"RIVAL_EXCHANGE_URL": exchange_url, "RIVAL_ACCOUNTS": str(accounts)}
    _start_worker(environ)
    exchange = Arrivals(exchange_url)

    def fire(orders: int) -> None:
        exchange.forget()
        for account in range(orders):
            send.delay(account)
        exchange.await_all(orders)

    return fire


def _start_worker(environ: Mapping[str, str]) -> None:
    """It dies with us."""
    argv = [
        *(sys.executable, "-m", "celery", "-A", __name__, "worker", "-P", "threads"),
        *("-c", str(_THREADS), "-Q", _QUEUE, "-l", "ERROR"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]
    subprocess.Popen(  # noqa: S603  (our own interpreter and module)
        argv,
        cwd=_ROOT,
        env={**os.environ, **environ},
        stdout=subprocess.DEVNULL,
        preexec_fn=die_with(parent=os.getpid(), death_signal=signal.SIGKILL),
    )
