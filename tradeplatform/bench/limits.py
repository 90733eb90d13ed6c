"""500 accounts behind one address, at an exchange that enforces Binance's limits.

Open orders are polled every 5 s, as while no stream runs, so polls always want more than they may.
The platform starts with accounts it has never looked at; then come three alerts that there is room
for, and ten for which there is not, with closes and cancels after them.
"""

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from signal import SIGTERM
from uuid import UUID

from django.conf import settings
from django.db.models import F, QuerySet

from accounts.sandbox.control import Control
from accounts.sandbox.process import SandboxProcess
from orders.models import Dispatch, Feed, Order
from orders.transitions import OrderStatus
from tradeplatform.bench.figures import Figure, quantile
from tradeplatform.bench.house import BID, Answer, House, open_at_sandbox
from tradeplatform.bench.limiter_cost import cost_figures
from tradeplatform.bench.tally import tally

_ACCOUNTS = 500
# So many hold a position to be closed, and so many others have an order to be canceled. The rest
# open positions, and so many of them hold one as well. A close weighs 21, as what the account holds
# is read first, and 600 are kept from entries.
_HELD = 10
_ENTERING = _ACCOUNTS - 2 * _HELD
_VARIABLES = {"EXCHANGE_LIMITS_PERCENT": "100", "POLL_SECONDS_STREAM_DOWN": "5"}
_BALANCES = {"USDT": "1000000000"}
# GET /api/v3/exchangeInfo, "rateLimits".
_LIMITS = {"weight1M": 6000, "orders10S": 100, "orders1D": 200_000}
_LATENCY_MS = 50
# Entries may use 5,100 of the 6,000, what polls have used included: up to 3,600.
_WITH_ROOM, _WITHOUT = 3, 10
_LEFT_FOR_ENTRIES = 5_100 - 3_600
_START_SECONDS = 60
_REST_SECONDS = 5
_BUY = {"symbol": "BTC/USDT", "side": "buy", "order_type": "MARKET", "qty_per": "1"}
_SELL = {**_BUY, "side": "sell", "qty_per": "-100"}


def measure(sandbox: SandboxProcess, state_dir: Path) -> Sequence[Figure]:
    """What the limiter costs, a start, and alerts with and without room."""
    control = Control(sandbox.url)
    with House(state_dir, exchange_url=sandbox.url, variables=_VARIABLES) as house:
        # What the limiter costs is told of a machine that does nothing else.
        threading.Event().wait(_REST_SECONDS)
        costs = cost_figures()
        _open_accounts(house, control)
        start = _start(house)
        traded = _trade(house)
        return [
            *_judged(control),
            *_entry_figures(traded),
            *_urgent_figures(traded),
            start,
            *costs,
        ]


def _open_accounts(house: House, control: Control) -> None:
    accounts = house.open_accounts(_ACCOUNTS)
    for account in accounts:
        open_at_sandbox(account, control, balances=_BALANCES)
    house.add_strategy("holding", accounts[:_HELD])
    house.add_strategy("resting", accounts[_HELD : 2 * _HELD])
    house.add_strategy("entering", accounts[2 * _HELD :])
    house.add_strategy("holding too", accounts[-_HELD:])
    house.analyze()
    control.post("/sandbox/latency", {"ms": _LATENCY_MS})
    control.post("/sandbox/limits", _LIMITS)


def _start(house: House) -> Figure:
    """How many accounts may open positions soon after a start; then all may."""
    started_at = datetime.now(UTC)
    for shard in range(settings.SHARDS):
        house.platform.signal(f"worker{shard}", SIGTERM)
    threading.Event().wait(_START_SECONDS)
    compared = Feed.objects.filter(reconciled_at__gte=started_at).count()
    Feed.objects.update(reconciled_at=datetime.now(UTC))
    return Figure(
        name=f"{_START_SECONDS} s after a start: accounts compared with the exchange",
        value=compared,
        unit=f"of {_ACCOUNTS}",
    )


@dataclass(frozen=True, slots=True)
class _Traded:
    """The signals of each kind."""

    with_room: Sequence[UUID]
    without: Sequence[UUID]
    cancel: UUID
    close: UUID
    crowded_close: UUID


def _trade(house: House) -> _Traded:
    for name in ("holding", "holding too"):
        _settle(house, house.send(name, **_BUY))
    _settle(house, house.send("resting", **BID))
    with_room = [_settle(house, house.send("entering", **BID)) for _ in range(_WITH_ROOM)]
    without = [house.send("entering", **BID).signal_id for _ in range(_WITHOUT)]
    cancel = house.send("resting", order_type="CANCEL_ALL_ORDER").signal_id
    close = house.send("holding", **_SELL).signal_id
    crowded_close = house.send("holding too", **_SELL).signal_id
    house.await_settled()
    return _Traded(with_room, without, cancel, close, crowded_close)


def _settle(house: House, answer: Answer) -> UUID:
    house.await_settled(answer.signal_id)
    return answer.signal_id


def _judged(control: Control) -> list[Figure]:
    denied = Order.objects.filter(status=OrderStatus.DENIED.value)
    sent = Order.objects.exclude(status=OrderStatus.DENIED.value)
    found = tally(
        asked=_ENTERING * (_WITH_ROOM + _WITHOUT) + 5 * _HELD - denied.count(),
        intended=sent.values_list("client_order_id", flat=True),
        placed=[row["clientOrderId"] for row in control.get("/sandbox/orders")],
    )
    refused = control.get("/sandbox/limits")[0]["refused"]
    return [
        Figure(
            name="requests refused by the exchange (429, 418)",
            headline=f"{_ACCOUNTS} accounts behind one address: requests refused (429, 418)",
            value=refused,
            unit="requests",
            at_most=0,
        ),
        *found.figures(),
    ]


def _entry_figures(traded: _Traded) -> list[Figure]:
    with_room, without = _waited(traded.with_room), _waited(traded.without)
    return [
        Figure(
            name="with room: written to answered, p50", value=quantile(with_room, 0.5), unit="s"
        ),
        *_more(with_room),
        Figure(name="  denied", value=_denied(traded.with_room), unit="orders", at_most=0),
        Figure(
            name="without: written to answered, p50",
            headline=f"{_WITHOUT} alerts at once for {_ENTERING} accounts behind one address: "
            "order written → answered, median",
            value=quantile(without, 0.5),
            unit="s",
        ),
        *_more(without),
        Figure(name="  placed", value=len(without), unit="orders", at_least=_LEFT_FOR_ENTRIES),
        Figure(name="  denied: no room in 60 s", value=_denied(traded.without), unit="orders"),
    ]


def _denied(signals: Sequence[UUID]) -> int:
    return Order.objects.filter(signal__in=signals, status=OrderStatus.DENIED.value).count()


def _more(waited: Sequence[float]) -> list[Figure]:
    return [
        Figure(name="  p95", value=quantile(waited, 0.95), unit="s"),
        Figure(name="  longest", value=max(waited), unit="s"),
    ]


def _waited(signals: Sequence[UUID]) -> list[float]:
    """Seconds from being written to being answered, of each order that was."""
    answered = Order.objects.filter(signal__in=signals, answered_at__isnull=False)
    return [
        span.total_seconds()
        for span in answered.values_list(F("answered_at") - F("submitted_at"), flat=True)
    ]


def _urgent_figures(traded: _Traded) -> list[Figure]:
    longest_entry = max(_waited(traded.without))
    canceled = Order.objects.filter(cancel_signal=traded.cancel, status=OrderStatus.CANCELED.value)
    return [
        *_overtaking("closes", _seconds(traded.close, _filled(traded.close)), longest_entry),
        *_overtaking("cancels", _seconds(traded.cancel, canceled), longest_entry),
        *_answered(
            "closes of accounts whose own entries wait",
            _seconds(traded.crowded_close, _filled(traded.crowded_close)),
        ),
    ]


def _filled(signal_id: UUID) -> QuerySet[Order]:
    return Order.objects.filter(signal=signal_id, status=OrderStatus.FILLED.value)


def _seconds(signal_id: UUID, ended: QuerySet[Order]) -> list[float]:
    """From the alert to the end of each order."""
    came_at = Dispatch.objects.filter(signal=signal_id).values_list("created_at", flat=True)[0]
    return [(order.closed_at - came_at).total_seconds() for order in ended if order.closed_at]


def _overtaking(what: str, seconds: Sequence[float], longest_entry: float) -> list[Figure]:
    return [
        *_answered(f"{what} meanwhile", seconds),
        Figure(
            name="  an entry waited",
            value=longest_entry / max(seconds, default=math.inf),
            unit="times as long",
            at_least=2,
        ),
    ]


def _answered(what: str, seconds: Sequence[float]) -> list[Figure]:
    return [
        Figure(name=f"{what}: last answered after", value=max(seconds, default=math.inf), unit="s"),
        Figure(name="  answered", value=len(seconds), unit=f"of {_HELD}", at_least=_HELD),
    ]
