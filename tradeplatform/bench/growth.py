"""What grows with the accounts and with the orders of years: times, memory, the start.

An alert and the admin's pages with 0, 1 and 10 million old orders in the database. Judged is how
much slower than with none an alert is, both by the bare limit that took turns with it, so that a
slow minute is not taken for growth. The stub exchange answers after 50 ms.
"""

import statistics
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path
from time import monotonic

from django.utils import timezone

from tradeplatform.bench.arrivals import Arrivals, StubProcess
from tradeplatform.bench.figures import Figure
from tradeplatform.bench.house import House
from tradeplatform.bench.memory import taken_mb, with_children
from tradeplatform.bench.old_orders import add_old_orders, reserve_ids
from tradeplatform.bench.pages import Reader
from tradeplatform.bench.rivals.process import RivalProcess
from tradeplatform.bench.turns import fire, open_rival, send

_OLD_ORDERS = (0, 1_000_000, 10_000_000)
_SIZES = (1, 100)
_ACCOUNTS = 1000
# Used before memory is measured: the workers have loaded the exchange's markets then.
_FIRST_ACCOUNTS = 10
# After this, clients that were made count among what stays (accounts.exchange.desk).
_REST_SECONDS = 4
_WARM_UPS = 5
_ROUNDS = 50
_BARE = "bare"
_PAGES = {"front page": "/admin/", "list of orders": "/admin/orders/order/"}
# What is to be reached.
_MOST_MB_OF_AN_ACCOUNT = 0.5
_MOST_SLOWER_PERCENT = 10


@dataclass(frozen=True, slots=True)
class _Stage:
    """Seconds from the start to READY, and from READY to the last order of an alert to all
    accounts; after that the median milliseconds of everything that took turns, by its name."""

    start_seconds: float
    first_alert_seconds: float
    median_ms: Mapping[str, float]


def measure(stub: StubProcess, state_dir: Path) -> Sequence[Figure]:
    """First the memory, then the stages, each with a platform that was just started."""
    with ExitStack() as stack:
        house = stack.enter_context(House(state_dir, exchange_url=stub.url))
        bare = open_rival(_BARE, exchange_url=stub.url, accounts=max(_SIZES))
        stack.enter_context(bare)
        reserve_ids()
        accounts = house.open_accounts(_ACCOUNTS)
        for size in (*_SIZES, _FIRST_ACCOUNTS, _ACCOUNTS):
            house.add_strategy(str(size), accounts[:size])
        house.analyze()
        memory = _measure_memory(house, stub.arrivals)
        reader = Reader()
        stages = []
        for before, old in pairwise((0, *_OLD_ORDERS)):
            house.stop()
            add_old_orders(state_dir, first=before, last=old, now=timezone.now())
            stages.append(_measure_stage(house, stub.arrivals, bare, reader))
    told = [_told(old, stage) for old, stage in zip(_OLD_ORDERS, stages, strict=True)]
    return [*chain(*told), *_judged(stages[0], stages[-1]), *memory]


def _measure_memory(house: House, arrivals: Arrivals) -> list[Figure]:
    """Before and after most of the accounts are used for the first time."""
    workers, every = _memory_after(house, arrivals, _FIRST_ACCOUNTS)
    workers_then, every_then = _memory_after(house, arrivals, _ACCOUNTS)
    added = _ACCOUNTS - _FIRST_ACCOUNTS
    return [
        Figure(
            name="memory of a worker per further account",
            value=(workers_then - workers) / added,
            unit="MB",
            at_most=_MOST_MB_OF_AN_ACCOUNT,
        ),
        Figure(
            name="memory of all processes per 1,000 further accounts",
            value=1000 * (every_then - every) / added,
            unit="MB",
        ),
        Figure(name=f"  in all, with {_ACCOUNTS:,} accounts", value=every_then, unit="MB"),
    ]


def _memory_after(house: House, arrivals: Arrivals, size: int) -> tuple[float, float]:
    """Megabytes of the workers and of all processes once so many accounts have traded."""
    send(house, arrivals, size)
    threading.Event().wait(_REST_SECONDS)
    pids = house.platform.pids()
    workers = [pid for name, pid in pids.items() if name.startswith("worker")]
    return taken_mb(workers), taken_mb(with_children(pids.values()))


def _measure_stage(house: House, arrivals: Arrivals, bare: RivalProcess, reader: Reader) -> _Stage:
    started_at = monotonic()
    house.start()
    ready_at = monotonic()
    first_alert = send(house, arrivals, _ACCOUNTS)

    def take_turns() -> Mapping[str, float]:
        alerts = {_alert(size): send(house, arrivals, size).last_order for size in _SIZES}
        limit = fire(bare, arrivals, max(_SIZES))
        pages = {page: reader.read(house.platform.web, path) for page, path in _PAGES.items()}
        return {**alerts, _BARE: limit, **pages}

    turns = [take_turns() for _ in range(_WARM_UPS + _ROUNDS)][_WARM_UPS:]
    return _Stage(
        start_seconds=ready_at - started_at,
        first_alert_seconds=first_alert.last_order / 1000,
        median_ms={name: statistics.median(turn[name] for turn in turns) for name in turns[0]},
    )


def _alert(size: int) -> str:
    return f"last order of {size:,}"


def _told(old: int, stage: _Stage) -> list[Figure]:
    return [
        Figure(name=f"{old:,} old orders: start to READY", value=stage.start_seconds, unit="s"),
        Figure(
            name=f"  READY to the {_alert(_ACCOUNTS)}", value=stage.first_alert_seconds, unit="s"
        ),
        *(
            Figure(name=f"  {name}, median", value=value, unit="ms")
            for name, value in stage.median_ms.items()
        ),
    ]


def _judged(empty: _Stage, full: _Stage) -> list[Figure]:
    slow_minute = full.median_ms[_BARE] / empty.median_ms[_BARE]
    return [
        Figure(
            name=f"{name}: slower with old orders by",
            value=100 * (full.median_ms[name] / empty.median_ms[name] / slow_minute - 1),
            unit="%",
            at_most=_MOST_SLOWER_PERCENT,
        )
        for name in map(_alert, _SIZES)
    ]
