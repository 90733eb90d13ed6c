"""From an alert to the last of its orders at the exchange, beside other ways to send as many.

All take turns, so that a slow minute hits all alike. The stub exchange answers after 50 ms.
"""

import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from tradeplatform.bench.arrivals import Arrivals, StubProcess
from tradeplatform.bench.course import SEGMENTS
from tradeplatform.bench.figures import Figure, quantile
from tradeplatform.bench.house import House
from tradeplatform.bench.processor import Spent
from tradeplatform.bench.rivals.process import RivalProcess
from tradeplatform.bench.turns import Sent, fire, open_rival, send

SIZES = (1, 10, 50, 100, 500, 1000)
_ROUNDS = 20
# How often in a round, where the slowest in a hundred is asked for.
_TIMES = {50: 5}
# Those that take seconds for one alert, and how often they are asked then.
_SLOW = {"threads": 100, "tasks": 100}
_SLOW_ROUNDS = 5
_WARM_UPS = 5
# What is to be reached.
_AIM_MS = {1: 10.0, 100: 30.0, 500: 75.0}
# The stub notes an order before it lets time pass, so all of it is our own.
_AIM_P99_MS = {50: 60.0}
_MOST_TIMES_BARE = {100: 5.0, 500: 2.5}
_LEAST_TIMES_OURS = {("threads", 100): 15.0, ("threads", 500): 30.0}
_LAST_ORDER_P99 = "alert → last order at the exchange, p99"
_LAST_ORDER = "alert → last order at the exchange, median"
_BESIDE_BARE = "ours takes, beside signed requests without a platform"
_BESIDE_THREADS = "ten threads with synchronous ccxt take"


def measure(stub: StubProcess, state_dir: Path) -> Sequence[Figure]:
    """Warm up, then let everybody send to every number of accounts in turn."""
    with ExitStack() as stack:
        house = stack.enter_context(House(state_dir, exchange_url=stub.url))
        rivals = {
            name: stack.enter_context(open_rival(name, exchange_url=stub.url, accounts=max(SIZES)))
            for name in ("bare", "threads", "tasks")
        }
        accounts = house.open_accounts(max(SIZES))
        for size in SIZES:
            house.add_strategy(str(size), accounts[:size])
        for _ in range(_WARM_UPS):
            send(house, stub.arrivals, max(SIZES))
        house.analyze()
        sent, others = _in_turns(house, rivals, stub.arrivals)
    return [figure for size in SIZES for figure in _figures(size, sent[size], others)]


_Times = defaultdict[tuple[str, int], list[float]]


def _in_turns(
    house: House, rivals: dict[str, RivalProcess], arrivals: Arrivals
) -> tuple[dict[int, list[Sent]], _Times]:
    sent: dict[int, list[Sent]] = {size: [] for size in SIZES}
    others: _Times = defaultdict(list)
    for turn in range(_ROUNDS):
        for size in SIZES:
            for _ in range(_TIMES.get(size, 1)):
                sent[size].append(send(house, arrivals, size))
            for name, rival in rivals.items():
                is_slow = size >= _SLOW.get(name, size + 1)
                if not is_slow or turn < _SLOW_ROUNDS:
                    others[name, size].append(fire(rival, arrivals, size))
    return sent, others


def _figures(size: int, sent: Sequence[Sent], others: _Times) -> list[Figure]:
    courses = [each.course for each in sent]
    last = [course.last_order for course in courses]
    median = _median(last)
    figures = [
        Figure(
            name="last order, median",
            headline=_LAST_ORDER if size in _AIM_MS else "",
            value=median,
            unit="ms",
            aim=_AIM_MS.get(size),
        ),
        Figure(name="  p95", value=quantile(last, 0.95), unit="ms"),
        Figure(
            name="  p99",
            headline=_LAST_ORDER_P99 if size in _AIM_P99_MS else "",
            value=quantile(last, 0.99),
            unit="ms",
            aim=_AIM_P99_MS.get(size),
        ),
        Figure(
            name="  first order", value=_median(each.first_order for each in courses), unit="ms"
        ),
        Figure(name="  HTTP answer", value=_median(each.answer for each in courses), unit="ms"),
    ]
    for position, segment in enumerate(SEGMENTS):
        took = _median(course.segments[position] for course in courses)
        figures.append(Figure(name=f"    {segment}", value=took, unit="ms"))
    figures += _processor(size, [each.spent for each in sent])
    for name in ("bare", "threads", "tasks"):
        theirs = _median(others[name, size])
        figures.append(Figure(name=f"  {name}: last order, median", value=theirs, unit="ms"))
        figures.append(_ratio(name, size, ours=median, theirs=theirs))
    return [replace(figure, accounts=size) for figure in figures]


def _processor(size: int, used: Sequence[Spent]) -> list[Figure]:
    """From the alert to the last row written, whatever else the platform did meanwhile."""
    workers = 1e6 / size * _median(each.workers for each in used)
    everywhere = 1e6 / size * _median(each.everywhere for each in used)
    return [
        Figure(name="  processor time of the workers", value=workers, unit="µs an order"),
        Figure(name="  of the whole platform", value=everywhere, unit="µs an order"),
    ]


def _ratio(name: str, size: int, *, ours: float, theirs: float) -> Figure:
    if name == "bare":
        most = _MOST_TIMES_BARE.get(size)
        return Figure(
            name="    ours takes",
            headline=_BESIDE_BARE if most else "",
            value=ours / theirs,
            unit="times that",
            at_most=most,
        )
    least = _LEAST_TIMES_OURS.get((name, size))
    return Figure(
        name=f"    {name} takes",
        headline=_BESIDE_THREADS if least else "",
        value=theirs / ours,
        unit="times ours",
        at_least=least,
    )


def _median(values: Iterable[float]) -> float:
    return statistics.median(values)
