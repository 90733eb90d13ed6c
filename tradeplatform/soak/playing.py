"""Plays the plan: alerts, prices and troubles, each at its time."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from time import monotonic

from accounts.sandbox.control import Control
from tradeplatform.soak.alerts import draw_alerts
from tradeplatform.soak.arguments import Wanted
from tradeplatform.soak.causing import Troublemaker
from tradeplatform.soak.fault_book import AWAY, FaultBook
from tradeplatform.soak.prices import OPENING, Walk, draw_walk
from tradeplatform.soak.sending import Senders
from tradeplatform.soak.stage import SHARDS
from tradeplatform.soak.troubles import draw_troubles
from tradeplatform.supervisor.rented import Platform

# Alerts that may wait for their answers at once, and troubles that may last at once.
_SENDERS = 48
_HANDS = 8


@dataclass(frozen=True, slots=True)
class _Act:
    """What is done, `at` so many seconds from the start, and on whose threads."""

    at: float
    do: Callable[[], object]
    is_alert: bool = False


@dataclass(frozen=True, slots=True)
class Players:
    """All who take part."""

    platform: Platform
    control: Control
    faults: FaultBook
    troublemaker: Troublemaker
    senders: Senders


def play(wanted: Wanted, players: Players) -> None:
    """Return once the last alert was answered or given up and no trouble lasts."""
    walk = draw_walk(seed=wanted.seed, seconds=wanted.seconds)
    acts = sorted(_acts(wanted, walk, players), key=lambda act: act.at)
    began = monotonic()
    futures: list[Future[object]] = []
    with ThreadPoolExecutor(_SENDERS) as senders, ThreadPoolExecutor(_HANDS) as hands:
        for act in acts:
            threading.Event().wait(max(began + act.at - monotonic(), 0))
            players.platform.check()
            futures.append((senders if act.is_alert else hands).submit(act.do))
    for future in futures:
        future.result()


def _acts(wanted: Wanted, walk: Walk, players: Players) -> Iterator[_Act]:
    for alert in draw_alerts(seed=wanted.seed, count=wanted.alerts, walk=walk):
        yield _Act(alert.at, partial(players.senders.send, alert), is_alert=True)
    for timed in draw_troubles(seed=wanted.seed, seconds=wanted.seconds, shards=SHARDS):
        yield _Act(timed.at, partial(players.troublemaker.cause, timed.trouble))
    for second in range(int(wanted.seconds) + 1):
        yield _Act(second, partial(_move, players.control, walk, second))
        yield _Act(second, players.faults.keep)


def _move(control: Control, walk: Walk, second: int) -> None:
    """The market stands still while the exchange is away."""
    with suppress(*AWAY):
        for coin in OPENING:
            body = {"symbol": f"{coin}USDT", "price": str(walk.at(coin, second))}
            control.post("/sandbox/price", body)
