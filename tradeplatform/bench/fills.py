"""From a fill at the exchange to the position that has it, while the exchange pushes to us.

A fill's moment is the sandbox's own, in microseconds, before it tells anybody. The position's is
when another connection, which looks every millisecond, first sees it changed: never too early. In
between are the sandbox's own work, the push, the booking and its commit. Those at once are fifty
volleys, for the slowest fills of a few would be those of one.
"""

import threading
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from time import time
from typing import Any

from django.db.models import F, Sum

from accounts.sandbox.control import Control
from accounts.sandbox.process import SandboxProcess
from orders.models import Feed, Fill, StreamState
from strategies.models import Position, Subscription
from tradeplatform.bench.figures import Figure, quantile, tail
from tradeplatform.bench.house import House, open_at_sandbox
from tradeplatform.lib.compiled_queries import AnyOf, CompiledQuery, Parameter

_ACCOUNTS = 50
_ROUNDS = 6
_VOLLEYS = 50
_FILLS = (_ROUNDS + _VOLLEYS) * _ACCOUNTS
_ALL = "all"
_BALANCES = {"USDT": "1000000"}
# While orders are placed, where the first of them rests, and how far apart they rest.
_PRICE, _HIGHEST_BID, _STEP = 50_000, 45_000, 10
_LOOK_SECONDS = 0.001
_PATIENCE_SECONDS = 30
_STREAMS_SECONDS = 60
_AIM_MS = 50.0
# Built once: whoever looks every millisecond takes processor time from what it looks at.
_HELD = CompiledQuery(
    lambda: (
        Position.objects.filter(AnyOf(F("subscription_id"), Parameter("subscriptions")))
        .order_by()
        .values_list("subscription_id", "quantity")
    )
)

# As the sandbox's control API shows them.
Trade = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """That an account's position had changed, in seconds since the epoch."""

    account: str
    at: float


def measure(sandbox: SandboxProcess, state_dir: Path) -> Sequence[Figure]:
    """One after another, then many at once."""
    control = Control(sandbox.url)
    with House(state_dir, exchange_url=sandbox.url, variables={"STREAMS": "1"}) as house:
        _open(house, control)
        singly = [seen for _ in range(_ROUNDS) for seen in _one_by_one(house, control)]
        first = control.get("/sandbox/trades")
        at_once = [seen for _ in range(_VOLLEYS) for seen in _volley(house, control)]
        trades = control.get("/sandbox/trades")
        return [
            *_told("one after another", first, singly),
            *_told(f"{_ACCOUNTS} at once", trades[len(first) :], at_once),
            *_judged(trades),
        ]


def latencies(trades: Sequence[Trade], seen: Sequence[Seen]) -> list[float]:
    """Milliseconds from each account's first, second … trade to the change that was seen as its
    first, second …; what was not seen is missing."""
    moments: defaultdict[str, list[float]] = defaultdict(list)
    for trade in trades:
        moments[trade["account"]].append(trade["receivedAt"])
    numbers: Counter[str] = Counter()
    took = []
    for change in sorted(seen, key=lambda each: each.at):
        of_account = moments[change.account][numbers[change.account] :]
        numbers[change.account] += 1
        took += [1000 * (change.at - moment) for moment in of_account[:1]]
    return took


def holdings(trades: Sequence[Trade]) -> dict[str, Decimal]:
    """What each account has bought, less the fees that were taken from it."""
    held: defaultdict[str, Decimal] = defaultdict(Decimal)
    for trade in trades:
        is_fee_in_kind = trade["symbol"].startswith(trade["commissionAsset"])
        fee = Decimal(trade["commission"]) if is_fee_in_kind else Decimal(0)
        held[trade["account"]] += Decimal(trade["qty"]) - fee
    return dict(held)


def _open(house: House, control: Control) -> None:
    """Accounts with a strategy each and one that all share, and streams for all of them."""
    accounts = house.open_accounts(_ACCOUNTS)
    for account in accounts:
        open_at_sandbox(account, control, balances=_BALANCES)
        house.add_strategy(account.name, [account])
    house.add_strategy(_ALL, accounts)
    house.analyze()
    up = Feed.objects.filter(stream_state=StreamState.UP)
    for _ in range(_STREAMS_SECONDS * 10):
        if up.count() == _ACCOUNTS:
            return
        threading.Event().wait(0.1)
    raise TimeoutError(f"the streams of {up.count()} accounts are up")


def _one_by_one(house: House, control: Control) -> list[Seen]:
    """An order of each account's own strategy, each at a price of its own, reached in turn."""
    _set_price(control, _PRICE)
    own = Subscription.objects.exclude(strategy__name=_ALL).order_by("id")
    names = dict(own.values_list("id", "account__name"))
    bids = {row: _HIGHEST_BID - _STEP * number for number, row in enumerate(names)}
    for row, bid in bids.items():
        _place(house, names[row], bid)
    seen = []
    for row, bid in bids.items():
        held = _held([row])
        _set_price(control, bid - _STEP // 2)
        seen += _await_changes(held, names)
    return seen


def _volley(house: House, control: Control) -> list[Seen]:
    """An order for all accounts, at a price that is reached for all of them at once."""
    _set_price(control, _PRICE)
    shared = Subscription.objects.filter(strategy__name=_ALL)
    names = dict(shared.values_list("id", "account__name"))
    _place(house, _ALL, _HIGHEST_BID)
    held = _held(list(names))
    _set_price(control, _HIGHEST_BID - _STEP)
    return _await_changes(held, names)


def _place(house: House, strategy: str, price: int) -> None:
    order = {"symbol": "BTC/USDT", "side": "buy", "order_type": "LIMIT", "quantity": "0.001"}
    answer = house.send(strategy, **order, price=str(price))
    house.await_settled(answer.signal_id)


def _set_price(control: Control, price: int) -> None:
    control.post("/sandbox/price", {"symbol": "BTCUSDT", "price": str(price)})


def _held(subscriptions: Sequence[int]) -> dict[int, Decimal]:
    """Their positions; zero where there is none yet."""
    rows = _HELD.all(subscriptions=subscriptions)
    return dict.fromkeys(subscriptions, Decimal(0)) | dict(rows)


def _await_changes(held: Mapping[int, Decimal], names: Mapping[int, str]) -> list[Seen]:
    """When each of these positions was first seen to be another; those that never were are
    missing."""
    waiting, seen = dict(held), []
    deadline = time() + _PATIENCE_SECONDS
    while waiting and time() < deadline:
        threading.Event().wait(_LOOK_SECONDS)
        now_held = _held(list(waiting))
        at = time()
        for row in [row for row in waiting if now_held[row] != waiting[row]]:
            del waiting[row]
            seen.append(Seen(names[row], at))
    return seen


def _told(name: str, trades: Sequence[Trade], seen: Sequence[Seen]) -> list[Figure]:
    took = latencies(trades, seen)
    late, slowest = tail(took)
    return [
        Figure(name=f"{name}: fill to position, p50", value=quantile(took, 0.5), unit="ms"),
        Figure(name="  p95", value=quantile(took, 0.95), unit="ms"),
        Figure(
            name=f"  {late}",
            headline=f"fill at the exchange → position, {name}, {late}",
            value=slowest,
            unit="ms",
            aim=_AIM_MS,
        ),
        Figure(
            name="    until its booking begins, p50",
            value=quantile(_until_booking(trades), 0.5),
            unit="ms",
        ),
        Figure(name="    seen", value=len(took), unit="fills", at_least=len(trades)),
    ]


def _until_booking(trades: Sequence[Trade]) -> list[float]:
    """Milliseconds to the moment that the fill's row tells, read before its transaction."""
    booked = dict(Fill.objects.values_list("venue_trade_id", "booked_at"))
    return [
        1000 * (booked[name].timestamp() - trade["receivedAt"])
        for trade in trades
        if (name := str(trade["id"])) in booked
    ]


def _judged(trades: Sequence[Trade]) -> list[Figure]:
    rows = Position.objects.values("subscription__account__name").annotate(held=Sum("quantity"))
    ours = {row["subscription__account__name"]: row["held"] for row in rows}
    theirs = holdings(trades)
    wrong = sum(ours.get(name) != theirs.get(name) for name in ours.keys() | theirs.keys())
    return [
        Figure(
            name="fills at the exchange",
            value=len(trades),
            unit="fills",
            at_least=_FILLS,
            at_most=_FILLS,
        ),
        Figure(
            name="  found",
            value=Fill.objects.count(),
            unit="fills",
            at_least=len(trades),
            at_most=len(trades),
        ),
        Figure(name="  accounts with a wrong position", value=wrong, unit="accounts", at_most=0),
    ]
