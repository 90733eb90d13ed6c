"""From an alert to the last of its orders at the exchange, beside other ways to send as many.

All take turns, so that a slow minute hits all alike. The stub exchange answers after 50 ms.
"""

import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

from tradeplatform.bench.arrivals import Arrivals, StubProcess
from tradeplatform.bench.course import SEGMENTS, Course
from tradeplatform.bench.figures import Figure, quantile
from tradeplatform.bench.house import House
from tradeplatform.bench.rivals.process import RivalProcess
from tradeplatform.bench.turns import fire, open_rival, send

SIZES = (1, 10, 100, 500, 1000)
_ROUNDS = 20
# Those that take seconds for one alert, and how often they are asked then.
_SLOW = {"threads": 100, "tasks": 100}
_SLOW_ROUNDS = 5
_WARM_UPS = 5
# What is to be reached.
_AIM_MS = {1: 10.0, 100: 30.0, 500: 75.0}
_MOST_TIMES_BARE = {100: 5.0, 500: 2.5}
_LEAST_TIMES_OURS = {("threads", 100): 15.0, ("threads", 500): 30.0}


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
        courses, others = _in_turns(house, rivals, stub.arrivals)
    return [figure for size in SIZES for figure in _figures(size, courses[size], others)]


_Times = defaultdict[tuple[str, int], list[float]]


def _in_turns(
    house: House, rivals: dict[str, RivalProcess], arrivals: Arrivals
) -> tuple[dict[int, list[Course]], _Times]:
    courses: dict[int, list[Course]] = {size: [] for size in SIZES}
    others: _Times = defaultdict(list)
    for turn in range(_ROUNDS):
        for size in SIZES:
            courses[size].append(send(house, arrivals, size))
            for name, rival in rivals.items():
                is_slow = size >= _SLOW.get(name, size + 1)
                if not is_slow or turn < _SLOW_ROUNDS:
                    others[name, size].append(fire(rival, arrivals, size))
    return courses, others


def _figures(size: int, courses: Sequence[Course], others: _Times) -> list[Figure]:
    last = [course.last_order for course in courses]
    median = _median(last)
    figures = [
        Figure(
            name=f"{size} accounts: last order, median",
            value=median,
            unit="ms",
            aim=_AIM_MS.get(size),
        ),
        Figure(name="  p95", value=quantile(last, 0.95), unit="ms"),
        Figure(name="  p99", value=quantile(last, 0.99), unit="ms"),
        Figure(
            name="  first order", value=_median(each.first_order for each in courses), unit="ms"
        ),
        Figure(name="  HTTP answer", value=_median(each.answer for each in courses), unit="ms"),
    ]
    for position, segment in enumerate(SEGMENTS):
        took = _median(course.segments[position] for course in courses)
        figures.append(Figure(name=f"    {segment}", value=took, unit="ms"))
    for name in ("bare", "threads", "tasks"):
        theirs = _median(others[name, size])
        figures.append(Figure(name=f"  {name}: last order, median", value=theirs, unit="ms"))
        figures.append(_ratio(name, size, ours=median, theirs=theirs))
    return figures


def _ratio(name: str, size: int, *, ours: float, theirs: float) -> Figure:
    if name == "bare":
        most = _MOST_TIMES_BARE.get(size)
        return Figure(name="    ours takes", value=ours / theirs, unit="times that", at_most=most)
    return Figure(
        name="    takes",
        value=theirs / ours,
        unit="times ours",
        at_least=_LEAST_TIMES_OURS.get((name, size)),
    )


def _median(values: Iterable[float]) -> float:
    return statistics.median(values)
