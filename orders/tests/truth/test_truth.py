"""Whatever happens, at rest our books say what the exchange's own records say (INV-1 to INV-5).

The machine drives the sandbox and the platform together: two strategies, one of them on both
accounts, trade with the house and with each other, while pushed events are lost, repeated and
reordered, streams break, hours pass for the rules, and polls and look-ups come whenever they like.
"""

import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from accounts.exchange import gateway
from accounts.exchange.types import MarketType, OrderType, Side
from orders.models import UNRESOLVED, Feed, Order, Remainder, StreamState
from orders.outcomes import Answered
from orders.planning import login_of
from orders.recording import record
from orders.remainders.checking import check_remainders
from orders.streaming.process import StreamProcess
from orders.tests.truth.records import (
    our_positions,
    our_records,
    overfilled,
    positions_from,
    sandbox_records,
)
from orders.tests.world import World, market, place
from orders.transitions import OPEN, OrderStatus
from orders.work import reference_of
from strategies.default_rules import add_default_rules
from strategies.models import Strategy
from tradeplatform.lib import loop

_numbers = itertools.count(1)
_COINS = 1000
# What every account holds that no strategy bought; coins are no contracts.
_OPENING = {MarketType.SPOT: _COINS, MarketType.FUTURES: 0}
_TICKS = {MarketType.SPOT: Decimal("0.01"), MarketType.FUTURES: Decimal("0.1")}

traders = st.sampled_from([0, 1])
sides = st.sampled_from(list(Side))
quantities = st.integers(1, 20).map(lambda hundredths: f"{hundredths / 100:.2f}")
# Within what the sandbox allows for contracts, wherever the market has moved.
prices = st.integers(93, 97).map(lambda thousands: thousands * 1000)
# How far behind the best price of its side an order rests; the house stands behind those at 0.
distances = st.sampled_from([0, 0, 0, 500, 1000, 2000, -1000])
disturbances = st.sampled_from(["drop", "repeat", "reorder"])


@dataclass(frozen=True, slots=True)
class Floor:
    """Where every run of the machine trades: the world, its stream processes, a type of market."""

    world: World
    streams: tuple[StreamProcess, ...]
    market_type: MarketType

    def watch(self) -> None:
        """Let the stream processes see who is to be watched, as they do every few seconds."""
        for process in self.streams:
            process.round(now=datetime.now(UTC))


class Trading(RuleBasedStateMachine):
    """Accounts and strategies of its own for every run."""

    def __init__(self, floor: Floor) -> None:
        super().__init__()
        self.floor, self.world = floor, floor.world
        number = next(_numbers)
        self.names = [f"T{number}a", f"T{number}b"]
        self.move(95_000)
        self.strategies = _open_strategies(self.world, self.names, floor.market_type)
        floor.watch()
        _until(self._is_watched)

    @rule(who=traders, side=sides, quantity=quantities, distance=distances)
    def rest(self, who: int, side: Side, quantity: str, distance: int) -> None:
        """A limit order; it rests, or takes what stands in its way."""
        behind = _TICKS[self.floor.market_type] + distance
        price = str(self.price - behind if side is Side.BUY else self.price + behind)
        order = place("BTC/USDT", side, OrderType.LIMIT, quantity=quantity, price=price)
        self.world.trade(self.strategies[who], order)

    @rule(who=traders, side=sides, quantity=quantities)
    def take(self, who: int, side: Side, quantity: str) -> None:
        """A market order."""
        self.world.trade(self.strategies[who], market(side, quantity=quantity))

    @rule(price=prices)
    def move(self, price: int) -> None:
        """The market moves and fills what it passes."""
        self.price = price
        self.world.set_price("BTCUSDT", str(price))

    @rule(who=traders)
    def cancel(self, who: int) -> None:
        """All that rests is canceled."""
        self.world.cancel_all(self.strategies[who])

    @rule(kind=disturbances, times=st.integers(3, 12))
    def disturb(self, kind: str, times: int) -> None:
        """The next pushed events are lost, repeated or come in another order."""
        self._ask_of_streams("disturb", **{kind: times})

    @rule(verb=st.sampled_from(["drop", "pause", "resume"]))
    def hold_back(self, verb: str) -> None:
        """The connections break, or pushed events wait, or those that waited come all at once."""
        self._ask_of_streams(verb)

    @rule(minutes=st.sampled_from([31, 181]))
    def expire(self, minutes: int) -> None:
        """Half an hour or three hours later the rules act; nobody waits for what they begin."""
        now = datetime.now(UTC) + timedelta(minutes=minutes)
        for shard in range(settings.SHARDS):
            self.world.executor.expire(shard, now=now).result(timeout=30)

    @rule()
    def poll(self) -> None:
        """Both shards poll at once, whether or not they are due."""
        Feed.objects.update(polled_at=None)
        polls = [self.world.executor.poll(shard) for shard in range(settings.SHARDS)]
        for poll in polls:
            poll.result(timeout=30)

    @rule()
    def follow_up(self) -> None:
        """What the beats of cancels and look-ups do."""
        self.world.send_due_cancels()
        self.world.look_up()

    def teardown(self) -> None:
        """Let everything come to rest, compare, cancel all, and compare once more."""
        self._ask_of_streams("resume")
        self._compare_at_rest()
        for strategy in self.strategies:
            self.world.cancel_all(strategy)
        self._compare_at_rest()
        self._tell_everything_again()
        self._compare()
        Strategy.objects.update(is_active=False)

    def _ask_of_streams(self, verb: str, **numbers: int) -> None:
        for name in self.names:
            self.world.post(f"/sandbox/streams/{verb}", {"account": name, **numbers})

    def _compare_at_rest(self) -> None:
        self.follow_up()
        self.expire(minutes=0)
        self.poll()
        _until(self._is_at_rest)
        self._compare()

    def _is_watched(self) -> bool:
        feeds = Feed.objects.filter(account__name__in=self.names, stream_state=StreamState.UP)
        return feeds.count() == len(self.names)

    def _is_at_rest(self) -> bool:
        """Nothing is left to be asked, no cancel is under way, and what is open here is there."""
        orders = Order.objects.filter(account__name__in=self.names)
        settled = sorted(OPEN - {OrderStatus.PENDING_CANCEL})
        here = orders.filter(status__in=settled).values_list("client_order_id", flat=True)
        there = {
            row["clientOrderId"]
            for row in self.world.get("/sandbox/orders")
            if row["account"] in self.names and row["status"] in ("NEW", "PARTIALLY_FILLED")
        }
        return set(here) == there and not orders.filter(UNRESOLVED).exists()

    def _compare(self) -> None:
        theirs, ours = sandbox_records(self.world, self.names), our_records(self.names)
        assert ours.orders == theirs.orders
        assert ours.executions == theirs.executions
        assert our_positions(self.names) == positions_from(theirs.executions)
        assert overfilled(self.names) == []
        assert not Order.objects.filter(account__name__in=self.names, needs_attention=True).exists()
        self._check_remainders()

    def _check_remainders(self) -> None:
        """What the accounts hold is what our books say, beside what they came with."""
        for shard in range(settings.SHARDS):
            check_remainders(shard, now=datetime.now(UTC))
        rows = Remainder.objects.filter(account__name__in=self.names)
        assert {row.found for row in rows} <= {_OPENING[self.floor.market_type]}

    def _tell_everything_again(self) -> None:
        """Every order's report once more, and twice."""
        orders = Order.objects.filter(client_order_id__in=our_records(self.names).orders)
        for order in orders.select_related("account", "subscription__strategy"):
            login = login_of(order.account, order.subscription.strategy)
            report = loop.call(gateway.fetch_report(login, reference_of(order)), timeout_seconds=10)
            record([Answered(order.id, report), Answered(order.id, report)])


def _open_strategies(world: World, names: list[str], market_type: MarketType) -> list[Strategy]:
    """One trades on both accounts, the other on the first only."""
    balances = {"USDT": "10000000", "BTC": str(_COINS)}
    both = [world.account(name, balances=balances) for name in names]
    strategies = [
        world.strategy(f"{names[0]}-{len(own)}", *own, market_type=market_type, capital="10000000")
        for own in (both, both[:1])
    ]
    for strategy in strategies:
        add_default_rules(strategy)
    return strategies


def _until(met: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(1500):
        if met():
            return
        pause.wait(0.02)
    pytest.fail(f"{met.__name__} never came")


@pytest.fixture(params=[MarketType.SPOT, MarketType.FUTURES])
def floor(world: World, request: pytest.FixtureRequest) -> Iterator[Floor]:
    """The stream processes of both shards, in this process."""
    streams = tuple(StreamProcess(shard) for shard in range(settings.SHARDS))
    yield Floor(world, streams, request.param)
    for process in streams:
        process.stop()


def test_at_rest_our_books_equal_the_exchanges_records(floor: Floor) -> None:
    class Bound(Trading):
        def __init__(self) -> None:
            super().__init__(floor)

    run_state_machine_as_test(
        Bound,
        settings=hypothesis_settings(
            max_examples=10,
            stateful_step_count=40,
            # Making a failure smaller would take minutes: every step is real.
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
