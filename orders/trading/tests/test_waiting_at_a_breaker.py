"""Orders that wait at a breaker or for a clock while somebody decides otherwise."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from accounts.breakers import rows
from accounts.breakers.sharing import adopt_rows
from accounts.breakers.tests.open_ones import SPOT, pause_spot
from accounts.exchange.findings import Passage
from accounts.exchange.gate import gate
from accounts.exchange.types import Side
from accounts.models import Breaker
from orders.cancellation import request_cancels
from orders.models import Order
from orders.tests.faults.scene import open_breaker, placements, spoil
from orders.tests.waiting import wait_for
from orders.tests.world import World, limit_buy, market, orders_of
from orders.trading.tests.switches import (
    brief,
    finish,
    futures,
    hold,
    let_a_minute_pass,
    throw,
    work,
)
from strategies.trading_states import RunAction, TradingState
from tradeplatform.lib import loop


def pause_market(*, seconds: float) -> Breaker:
    """A process was told to leave the market alone for so long; this one has heard of it."""
    row = pause_spot(seconds)
    adopt_rows()
    return row


def clear(world: World, row: Breaker) -> None:
    """A person says that the market may be asked again."""
    rows.clear(Breaker.objects.filter(pk=row.pk), now=world.now())
    adopt_rows()


@contextmanager
def probing() -> Iterator[None]:
    """The spot market is being tried again: one call finds out, the others wait for it."""
    pause_market(seconds=0)
    probe: Passage = loop.call(gate().enter(SPOT), timeout_seconds=10)
    yield
    gate().leave(probe, None)


def let_time_pass(order: Order) -> None:
    """Until the order has waited for longer than it takes to send any."""
    since = order.created_at + timedelta(seconds=1)
    wait_for(lambda: datetime.now(UTC) > since)


def end(sent: list["Future[None]"]) -> None:
    for future in sent:
        future.result(timeout=30)


def halt(world: World, _: Order) -> None:
    throw(world, TradingState.HALTED)


def cancel(world: World, order: Order) -> None:
    request_cancels(order_ids=[order.pk], reason="by hand", now=world.now())


@pytest.mark.parametrize(
    ("decide", "code"), [(halt, "TRADING_HALTED"), (cancel, "CANCELED_BEFORE_SENDING")]
)
def test_an_order_that_is_halted_or_canceled_while_it_waits_at_a_breaker_is_not_sent(
    world: World, decide: Callable[[World, Order], None], code: str
) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, limit_buy("80000"))
    signal = world.alert(strategy, limit_buy())

    with probing():
        sent = world.begin(signal)
        (waiting,) = orders_of(signal)
        let_time_pass(waiting)
        decide(world, waiting)
    end(sent)

    assert waiting.status == "SUBMITTED"
    assert brief(orders_of(signal)) == [("DENIED", code)]
    assert len(world.venue_orders()) == 1


def test_a_clock_that_is_set_too_late_for_an_alert_sends_nothing(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"), max_signal_age_seconds=2)
    world.trade(strategy, limit_buy("80000"))
    spoil(world, on="orders", do="refuse", code=-1021, ms=2500)

    orders = world.trade(strategy, limit_buy())

    assert brief(orders) == [("DENIED", "SIGNAL_EXPIRED")]
    assert placements(world) == 2


def test_a_market_that_is_left_alone_does_not_hold_up_the_accounts_other_market(
    world: World,
) -> None:
    account = world.account("A1")
    spot, perp = world.strategy("spot", account), futures(world, account)
    world.trade(spot, market(Side.BUY, quantity="0.1"))
    hold(world, perp, Side.BUY)
    row = pause_market(seconds=30)
    close = world.alert(spot, market(Side.SELL, percent="-100"))
    sent = world.begin(close)

    (other,) = world.trade(perp, market(Side.SELL, symbol="BTCUSDT", percent="-100"))
    (waiting,) = orders_of(close)
    clear(world, row)
    end(sent)

    assert (other.status, waiting.status) == ("FILLED", "INITIALIZED")
    assert [order.status for order in orders_of(close)] == ["FILLED"]


def test_a_flatten_says_that_its_exchange_is_away_and_until_when(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, market(Side.BUY, quantity="0.1"))
    spoil(world, on="orders", do="refuse", code=-1016, retryAfter=60)
    run = throw(world, TradingState.HALTED, action=RunAction.FLATTEN)
    work(world)
    until = open_breaker(account=None).paused_until

    work(world)

    run.refresh_from_db()
    assert run.notes.endswith(
        ": waits for an order that may close it to end. Binance spot waits until "
        f"{until:%H:%M:%S} UTC: it is in maintenance or overloaded."
    )


@pytest.mark.parametrize("state", [TradingState.REDUCING, TradingState.HALTED])
def test_a_flatten_outlasts_a_pause_of_its_exchange(world: World, state: TradingState) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, market(Side.BUY, quantity="0.1"))
    row = pause_market(seconds=3600)
    run = throw(world, state, action=RunAction.FLATTEN)

    for _ in range(7):
        let_a_minute_pass(world)
        work(world)
    run.refresh_from_db()
    before = run.ended_at, run.closes_left
    clear(world, row)
    let_a_minute_pass(world)
    finish(world, run)

    assert before == (None, 1)
    assert run.flat_at is not None
    assert Order.objects.filter(error_code="VENUE_PAUSED").count() == 7
