"""From an alert to the last of its orders at the exchange, beside other ways to send as many.

All take turns, so that a slow minute hits all alike: in each of 100 rounds we send to up to 100
accounts, in every fifth to more. Rivals that take seconds take part in every second or fifth, all
through the run, and are compared with us in those alone. The stub exchange answers after 50 ms.

An alert's way: view, until it is stored; queue, until a worker has it; plan; write ahead, with the
size of each order; send, until the last order is at the exchange; answer, until the exchange has
answered all; record, until all of it is stored. The HTTP answer comes later: the web looks every 30
to 100 ms whether it is so far. Beside us: bare, signed requests without a platform, whose garbage
is collected as Python does by itself; threads, ten of them with synchronous ccxt; tasks, a Celery
task for each account.
"""

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from tradeplatform.bench.arrivals import Arrivals, StubProcess
from tradeplatform.bench.course import SEGMENTS
from tradeplatform.bench.figures import FEWEST_FOR_P99, Figure, quantile
from tradeplatform.bench.house import House
from tradeplatform.bench.processor import Spent
from tradeplatform.bench.rivals.process import RivalProcess
from tradeplatform.bench.turns import Sent, fire, open_rival, send

SIZES = (1, 10, 50, 100, 500, 1000)
_ROUNDS = 100
# Those that take seconds for one alert to many.
_SLOW = ("threads", "tasks")
_WARM_UPS = 5
# What is to be reached.
_AIM_MS = {1: 10.0, 100: 30.0, 500: 75.0}
# The stub notes an order before it lets time pass, so all of it is our own.
_AIM_P99_MS = {50: 60.0}
_MOST_TIMES_BARE = {100: 5.0, 500: 2.5}
_LEAST_TIMES_OURS = {("threads", 100): 15.0, ("threads", 500): 30.0}
_LAST_ORDER_P99 = "alert → last order at the exchange, p99"
_LAST_ORDER = "alert → last order at the exchange, median"
_BESIDE_BARE = "ours beside signed requests without a platform"
_BESIDE_THREADS = "ten threads with synchronous ccxt beside ours"


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


def every(name: str, size: int) -> int:
    """In each so-manyth round a rival, or `ours`, sends to so many accounts. We take part in all
    rounds that a rival does."""
    if name in _SLOW:
        return 2 if size <= 100 else 5  # a median of ten is a tenth off now and then
    return 1 if size <= 100 else 5


# What came of the rounds that somebody took part in, by the round's number.
_Times = Mapping[int, float]
_Others = defaultdict[tuple[str, int], dict[int, float]]


def _in_turns(
    house: House, rivals: dict[str, RivalProcess], arrivals: Arrivals
) -> tuple[dict[int, dict[int, Sent]], _Others]:
    sent: dict[int, dict[int, Sent]] = {size: {} for size in SIZES}
    others: _Others = defaultdict(dict)
    for turn in range(_ROUNDS):
        for size in SIZES:
            if turn % every("ours", size) == 0:
                sent[size][turn] = send(house, arrivals, size)
            for name, rival in rivals.items():
                if turn % every(name, size) == 0:
                    others[name, size][turn] = fire(rival, arrivals, size)
    return sent, others


def _figures(size: int, sent: Mapping[int, Sent], others: _Others) -> list[Figure]:
    figures = [*_last_orders(size, sent), *_segments(sent)]
    figures += _processor(size, [each.spent for each in sent.values()])
    ours = {turn: each.course.last_order for turn, each in sent.items()}
    for name in ("bare", "threads", "tasks"):
        theirs = others[name, size]
        figures += [
            Figure(name=f"  {name}: last order, median", value=_median(theirs.values()), unit="ms"),
            Figure(
                name=f"    ours in the rounds of {name}", value=beside(theirs, ours=ours), unit="ms"
            ),
            _ratio(name, size, times_ours(ours=ours, theirs=theirs)),
        ]
    return [replace(figure, accounts=size) for figure in figures]


def _last_orders(size: int, sent: Mapping[int, Sent]) -> list[Figure]:
    last = [each.course.last_order for each in sent.values()]
    figures = [
        Figure(name="alerts", value=len(last), unit=""),
        Figure(
            name="last order, median",
            headline=_LAST_ORDER if size in _AIM_MS else "",
            value=_median(last),
            unit="ms",
            aim=_AIM_MS.get(size),
        ),
        Figure(name="  p95", value=quantile(last, 0.95), unit="ms"),
    ]
    if len(last) >= FEWEST_FOR_P99:
        figures.append(_p99(size, last))
    return [*figures, Figure(name="  longest", value=max(last), unit="ms")]


def _p99(size: int, last: Sequence[float]) -> Figure:
    return Figure(
        name="  p99",
        headline=_LAST_ORDER_P99 if size in _AIM_P99_MS else "",
        value=quantile(last, 0.99),
        unit="ms",
        aim=_AIM_P99_MS.get(size),
    )


def _segments(sent: Mapping[int, Sent]) -> list[Figure]:
    courses = [each.course for each in sent.values()]
    first = _median(each.first_order for each in courses)
    answer = _median(each.answer for each in courses)
    return [
        Figure(name="  first order", value=first, unit="ms"),
        Figure(name="  HTTP answer", value=answer, unit="ms"),
        *(
            Figure(
                name=f"    {segment}",
                value=_median(course.segments[position] for course in courses),
                unit="ms",
            )
            for position, segment in enumerate(SEGMENTS)
        ),
    ]


def beside(theirs: _Times, *, ours: _Times) -> float:
    """Our median in the rounds in which a rival took part."""
    return _median(ours[turn] for turn in theirs)


def times_ours(*, ours: _Times, theirs: _Times) -> float:
    """How many times as long a rival's median is as ours, in the rounds in which it took part."""
    return _median(theirs.values()) / beside(theirs, ours=ours)


def _processor(size: int, used: Sequence[Spent]) -> list[Figure]:
    """From the alert to the last row written, whatever else the platform did meanwhile."""
    workers = 1e6 / size * _median(each.workers for each in used)
    everywhere = 1e6 / size * _median(each.everywhere for each in used)
    return [
        Figure(name="  processor time of the workers", value=workers, unit="µs an order"),
        Figure(name="  of the whole platform", value=everywhere, unit="µs an order"),
    ]


def _ratio(name: str, size: int, times: float) -> Figure:
    if name == "bare":
        most = _MOST_TIMES_BARE.get(size)
        return Figure(
            name="    ours beside it",
            headline=_BESIDE_BARE if most else "",
            value=1 / times,
            unit="times as long",
            at_most=most,
        )
    least = _LEAST_TIMES_OURS.get((name, size))
    return Figure(
        name=f"    {name} beside ours",
        headline=_BESIDE_THREADS if least else "",
        value=times,
        unit="times as long",
        at_least=least,
    )


def _median(values: Iterable[float]) -> float:
    return statistics.median(values)
