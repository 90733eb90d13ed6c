"""How many orders a second go through, end to end, without the queue growing.

Alerts come at a fixed rate whether or not those before them are through. The rate is raised step
by step until the queue grows at two tries, for a round of polls may fall into one. What was asked
for at any of them must have arrived exactly once. The stub exchange answers after 50 ms.
"""

import itertools
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic

from django.db.models import Max
from django.utils import timezone

from orders.models import Dispatch, Feed
from tradeplatform.bench.arrivals import Arrivals, StubProcess
from tradeplatform.bench.backlog import backlog, is_flat
from tradeplatform.bench.figures import Figure
from tradeplatform.bench.house import House
from tradeplatform.bench.posting import post
from tradeplatform.bench.tally import NOTHING_WRONG, Tally, tally_since

_ACCOUNTS = 1000
# Accounts that an alert is for, and the orders a second that the first step asks for.
_SERIES = {10: 80, 100: 250}
_FACTOR = 1.3
_STEP_SECONDS = 6
_TRIES = 2
_POLLED_SECONDS = 60
_LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """What came of so many orders a second. Moments are seconds from the step's start."""

    rate: float
    due: Sequence[float]
    done: Sequence[float]
    refused: int
    tally: Tally

    @property
    def is_flat(self) -> bool:
        return is_flat(due=self.due, done=self.done)


def measure(stub: StubProcess, state_dir: Path) -> Sequence[Figure]:
    """Alerts for few accounts, then alerts for many."""
    with House(state_dir, exchange_url=stub.url) as house:
        accounts = house.open_accounts(_ACCOUNTS)
        strategies = {
            size: [f"{size} of {first}" for first in range(0, _ACCOUNTS, size)] for size in _SERIES
        }
        for size, names in strategies.items():
            for number, name in enumerate(names):
                house.add_strategy(name, accounts[number * size : (number + 1) * size])
        house.analyze()
        _warm_up(house, strategies.values())
        return [
            figure
            for size, names in strategies.items()
            for figure in _figures(size, list(_climb(house, stub.arrivals, size, names)))
        ]


def _warm_up(house: House, strategies: Iterable[Sequence[str]]) -> None:
    """Until everybody has a client, and the polls that a first order asks for are over."""
    for names in strategies:
        post(house, [0.0] * len(names), strategies=names)
        house.await_settled()
    deadline = monotonic() + _POLLED_SECONDS
    while Feed.objects.exclude(listed_at=None).count() < _ACCOUNTS:
        if monotonic() > deadline:
            raise TimeoutError("not every account was polled")
        threading.Event().wait(_LOOK_SECONDS)


def _climb(
    house: House, arrivals: Arrivals, size: int, strategies: Sequence[str]
) -> Iterator[_Step]:
    """Every step that was tried; the last ones are those at which the queue grew."""
    for number in itertools.count():
        rate = _SERIES[size] * _FACTOR**number
        for _ in range(_TRIES):
            step = _offer(house, arrivals, size, strategies, rate=rate)
            yield step
            if step.is_flat:
                break
        else:
            return


def _offer(
    house: House, arrivals: Arrivals, size: int, strategies: Sequence[str], *, rate: float
) -> _Step:
    """One step, from rest to rest."""
    house.await_settled()
    house.forget_open_orders()
    arrivals.forget()
    due = [number * size / rate for number in range(int(_STEP_SECONDS * rate / size))]
    began_at = timezone.now()
    answered = post(house, due, strategies=strategies)
    house.await_settled()
    return _Step(
        rate=rate,
        due=due,
        done=_settled(began_at),
        refused=sum(not answer.is_accepted for answer in answered),
        tally=tally_since(began_at, arrivals, asked=size * len(due)),
    )


def _settled(began_at: datetime) -> list[float]:
    """When each alert since then was through, in seconds after it."""
    through = (
        Dispatch.objects.filter(created_at__gte=began_at)
        .values("signal")
        .annotate(at=Max("settled_at"))
    )
    return sorted((row["at"] - began_at).total_seconds() for row in through)


def _figures(size: int, steps: Sequence[_Step]) -> list[Figure]:
    sustained = [step for step in steps if step.is_flat]
    return [
        Figure(
            name=f"{size} accounts an alert: the queue stays flat at",
            headline=f"orders a second with a flat queue, {size} accounts an alert",
            value=max((step.rate for step in sustained), default=0),
            unit="orders/s",
        ),
        *(_queue(step) for step in sustained[-1:]),
        Figure(name="  it grows at", value=steps[-1].rate, unit="orders/s"),
        _queue(steps[-1]),
        *_judged(steps),
    ]


def _judged(steps: Sequence[_Step]) -> list[Figure]:
    refused = sum(step.refused for step in steps)
    return [
        Figure(name="  refused, or not answered", value=refused, unit="alerts", at_most=0),
        *sum((step.tally for step in steps), NOTHING_WRONG).figures(),
    ]


def _queue(step: _Step) -> Figure:
    left = backlog(due=step.due, done=step.done, at=step.due[-1])
    return Figure(name="    alerts under way at the end", value=left, unit="alerts")
