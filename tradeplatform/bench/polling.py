"""Polling 10,000 open orders over 200 accounts: what a round asks, and how long it takes.

Beside it, in turns, what it would take to ask for every order by itself.
"""

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from accounts.exchange import gateway
from accounts.exchange.types import OrderType, Side
from accounts.sandbox.control import Control
from accounts.sandbox.process import SandboxProcess
from orders.models import Feed, Order
from orders.planning import login_of
from orders.transitions import OrderStatus
from orders.work import reference_of
from strategies.intents import Action, Intent, Size, SizeKind
from strategies.models import Strategy
from tradeplatform.bench.figures import Figure
from tradeplatform.bench.ground import Ground
from tradeplatform.lib import loop
from tradeplatform.lib.services.child import stop
from tradeplatform.lib.services.throwaway import start, throwaway_postgres, throwaway_valkey

_ACCOUNTS = 200
_ORDERS_EACH = 50
_ORDERS = _ACCOUNTS * _ORDERS_EACH
# Asking one by one is done for the orders of so many accounts, and scaled up.
_ASKED_ONE_BY_ONE = 20
_ROUNDS = 5
_TIMEOUT_SECONDS = 300
_LIST = "GET /api/v3/openOrders"
_PRICE = 95_000
_HIGHEST_BID = 94_000


def measure(sandbox: SandboxProcess, state_dir: Path) -> Sequence[Figure]:
    """On services of its own, durable as those of a running platform."""
    services = start(
        [throwaway_postgres(state_dir, durable=True), throwaway_valkey(state_dir, durable=True)]
    )
    try:
        call_command("migrate", verbosity=0)
        ground = Ground(Control(sandbox.url))
        try:
            return _measure(ground)
        finally:
            ground.close()
    finally:
        stop(services)


def _measure(ground: Ground) -> Sequence[Figure]:
    """Place the orders, poll while nothing happens, then after one order per account was filled."""
    ground.set_price("BTCUSDT", str(_PRICE))
    strategy = ground.strategy("polling", accounts=_ACCOUNTS)
    for number in range(_ORDERS_EACH):
        ground.trade(strategy, _bid(_HIGHEST_BID - 10 * number))
    _seconds(lambda: _poll(ground))  # the first round, after the placing, brings nothing new
    before = ground.requests()
    quiet, one_by_one = _in_turns(ground, strategy)
    asked = ground.requests() - before
    ground.set_price("BTCUSDT", str(_HIGHEST_BID - 5))
    before = ground.requests()
    busy = _seconds(lambda: _poll(ground))
    return [
        Figure(name="open orders", value=_open(strategy) + _ACCOUNTS, unit="orders"),
        Figure(
            name="one round, nothing new",
            value=1000 * quiet,
            unit="ms",
            headline=f"one round of polls, {_ORDERS:,} open orders in {_ACCOUNTS} accounts",
        ),
        Figure(
            name="  list calls per account and round",
            value=asked[_LIST] / _ROUNDS / _ACCOUNTS,
            unit="calls",
            at_most=1,
        ),
        Figure(
            name="  asking for every order by itself takes",
            value=one_by_one / quiet,
            unit="times as long",
            # On loopback a request costs processor time only; a real venue's wait comes on top.
            at_least=3,
        ),
        *_busy_figures(busy, ground.requests() - before, strategy),
    ]


def _busy_figures(seconds: float, asked: Counter[str], strategy: Strategy) -> list[Figure]:
    filled = Order.objects.filter(
        subscription__strategy=strategy, status=OrderStatus.FILLED.value
    ).count()
    return [
        Figure(name="one round, an order per account filled", value=1000 * seconds, unit="ms"),
        Figure(name="  fills found", value=filled, unit="orders", at_least=_ACCOUNTS),
        Figure(
            name="  list calls per account", value=asked[_LIST] / _ACCOUNTS, unit="calls", at_most=1
        ),
        Figure(
            name="  other calls per order filled",
            value=(asked.total() - asked[_LIST]) / filled,
            unit="calls",
            at_most=2,
        ),
    ]


def _bid(price: int) -> Intent:
    return Intent(
        action=Action.PLACE,
        symbol="BTC/USDT",
        side=Side.BUY,
        order_type=OrderType.LIMIT,
        size=Size(kind=SizeKind.QUANTITY, value=Decimal("0.001")),
        limit_price=Decimal(price),
    )


def _in_turns(ground: Ground, strategy: Strategy) -> tuple[float, float]:
    """Median seconds of a round, and of asking for all orders one by one."""
    rounds, singles = [], []
    for _ in range(_ROUNDS):
        rounds.append(_seconds(lambda: _poll(ground)))
        singles.append(_seconds(lambda: _ask_one_by_one(strategy)))
    scale = _ACCOUNTS / _ASKED_ONE_BY_ONE
    return statistics.median(rounds), scale * statistics.median(singles)


def _poll(ground: Ground) -> None:
    """A round of every shard; here in one process, in a running platform one process each."""
    Feed.objects.update(polled_at=None)
    polls = [ground.executor.poll(shard) for shard in range(settings.SHARDS)]
    for poll in polls:
        problems = {result.problem for result in poll.result(timeout=_TIMEOUT_SECONDS)}
        if problems != {""}:
            raise RuntimeError(f"accounts were not polled: {problems}")


def _ask_one_by_one(strategy: Strategy) -> None:
    """Without writing anything: all accounts at once, an account's orders after each other."""
    accounts = strategy.subscriptions.order_by("id").values("account")[:_ASKED_ONE_BY_ONE]
    orders = Order.objects.filter(account__in=accounts).select_related("account")
    by_account: dict[int, list[Order]] = {}
    for order in orders:
        by_account.setdefault(order.account_id, []).append(order)

    async def ask(own: Sequence[Order]) -> None:
        for order in own:
            login = login_of(order.account, strategy)
            await gateway.fetch_report(login, reference_of(order))

    async def ask_all() -> None:
        await asyncio.gather(*map(ask, by_account.values()))

    loop.call(ask_all(), timeout_seconds=_TIMEOUT_SECONDS)


def _open(strategy: Strategy) -> int:
    return Order.objects.filter(
        subscription__strategy=strategy, status=OrderStatus.ACCEPTED.value
    ).count()


def _seconds(act: Callable[[], None]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started
