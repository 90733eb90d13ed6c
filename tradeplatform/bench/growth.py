"""What grows with the accounts and with the orders of years: times, memory, the start.

An alert and the admin's pages with 1 and 10 million old orders in the database take turns with
those of a second platform that has none, so that a slow minute hits both. The stub exchange answers
after 50 ms and limits nobody: what a start with hundreds of accounts takes where an exchange does
is told under limits.
"""

import threading
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import monotonic

from django.utils import timezone

from tradeplatform.bench.arrivals import StubProcess
from tradeplatform.bench.figures import Figure
from tradeplatform.bench.grown import ACCOUNTS, Grown
from tradeplatform.bench.memory import taken_mb, with_children
from tradeplatform.bench.newborn import NewbornProcess
from tradeplatform.bench.old_orders import add_old_orders

_OLD_ORDERS = (1_000_000, 10_000_000)
# Used before memory is measured: the workers have loaded the exchange's markets then.
_FIRST_ACCOUNTS = 10
# After this, clients that were made count among what stays (accounts.exchange.desk).
_REST_SECONDS = 4
_WARM_UPS = 5
_ROUNDS = 100
_ALERTS = {"last order of 1": "1", "last order of 100": "100"}
_PAGES = {"front page": "/admin/", "list of orders": "/admin/orders/order/"}
# What is to be reached.
_MOST_MB_OF_AN_ACCOUNT = 0.5
_MOST_SLOWER_PERCENT = 10


def measure(stub: StubProcess, state_dir: Path) -> Sequence[Figure]:
    """First memory and start, then the stages, each with a platform that was just started."""
    with ExitStack() as stack:
        grown = stack.enter_context(Grown(state_dir, exchange_url=stub.url))
        figures = _measure_memory(grown)
        grown.stop()
        figures += _measure_start(grown, old=0)
        newborn = NewbornProcess(state_dir / "newborn", exchange_url=stub.url)
        stack.enter_context(newborn)
        newborn.take(str(ACCOUNTS))  # as the other one does after each of its starts
        for before, old in pairwise((0, *_OLD_ORDERS)):
            grown.stop()
            add_old_orders(state_dir, first=before, last=old, now=timezone.now())
            figures += _measure_start(grown, old=old)
            figures += _in_turns(grown, newborn, old=old)
    return figures


def _measure_memory(grown: Grown) -> list[Figure]:
    """Before and after most of the accounts are used for the first time."""
    workers, every = _memory_after(grown, _FIRST_ACCOUNTS)
    workers_then, every_then = _memory_after(grown, ACCOUNTS)
    added = ACCOUNTS - _FIRST_ACCOUNTS
    return [
        Figure(
            name="memory of a worker per further account",
            value=(workers_then - workers) / added,
            unit="MB",
            at_most=_MOST_MB_OF_AN_ACCOUNT,
            headline="memory of a worker per further account",
        ),
        Figure(
            name="memory of all processes per 1,000 further accounts",
            value=1000 * (every_then - every) / added,
            unit="MB",
        ),
        Figure(name=f"  in all, with {ACCOUNTS:,} accounts", value=every_then, unit="MB"),
    ]


def _memory_after(grown: Grown, size: int) -> tuple[float, float]:
    """Megabytes of the workers and of all processes once so many accounts have traded."""
    grown.take(str(size))
    threading.Event().wait(_REST_SECONDS)
    pids = grown.platform.pids()
    workers = [pid for name, pid in pids.items() if name.startswith("worker")]
    return taken_mb(workers), taken_mb(with_children(pids.values()))


def _measure_start(grown: Grown, *, old: int) -> list[Figure]:
    started_at = monotonic()
    grown.start()
    ready_seconds = monotonic() - started_at
    return [
        Figure(name=f"{old:,} old orders: start to READY", value=ready_seconds, unit="s"),
        Figure(
            name=f"  then, to the last order of {ACCOUNTS:,}",
            value=grown.take(str(ACCOUNTS)) / 1000,
            unit="s",
        ),
    ]


def _in_turns(grown: Grown, newborn: NewbornProcess, *, old: int) -> list[Figure]:
    """Medians; the judged ones are of alerts."""
    turns = {**_ALERTS, **_PAGES}
    rounds = [
        {
            name: _taken(turn, grown, newborn, is_swapped=bool(number % 2))
            for name, turn in turns.items()
        }
        for number in range(_WARM_UPS + _ROUNDS)
    ][_WARM_UPS:]
    figures = []
    for name in turns:
        pairs = [each[name] for each in rounds]
        figures += [
            Figure(name=f"  {name}, median", value=median(ours for ours, _ in pairs), unit="ms"),
            Figure(
                name="    with no old orders", value=median(none for _, none in pairs), unit="ms"
            ),
            Figure(
                # Of each pair: between two pairs the machine may have become twice as slow.
                name="    longer by, median of pairs",
                value=100 * (median(ours / none for ours, none in pairs) - 1),
                unit="%",
                at_most=_MOST_SLOWER_PERCENT if name in _ALERTS else None,
                headline=f"{name} with {old:,} old orders, longer by" if name in _ALERTS else "",
            ),
        ]
    return figures


def _taken(
    turn: str, grown: Grown, newborn: NewbornProcess, *, is_swapped: bool
) -> tuple[float, float]:
    """Milliseconds of both. Whoever comes first has rested longer, so they take turns at that."""
    if is_swapped:
        with_none = newborn.take(turn)
        return grown.take(turn), with_none
    return grown.take(turn), newborn.take(turn)
