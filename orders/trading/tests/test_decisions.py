"""Every decision obeys the trading state: what REDUCING and HALTED let through, scope by scope."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User

from accounts.exchange.types import MarketType, OrderType, Side
from accounts.models import Account
from orders import market_data
from orders.late_sizing import size_late
from orders.models import Order
from orders.planning import login_of
from orders.results import results_of
from orders.tests.waiting import wait_for
from orders.tests.world import World, cancel_all, limit_buy, market, orders_of, place, position_of
from orders.trading.tests.switches import brief, root, throw
from orders.work import LateSizing
from strategies.intents import from_json
from strategies.models import Strategy, TradingSwitch
from strategies.trading_states import TradingState
from tradeplatform.lib import loop

ACTIVE, REDUCING, HALTED = TradingState
PERP = "BTC/USDT:USDT"

On = Callable[[World, Account, Strategy], User | Account | Strategy | None]
SCOPES: dict[str, On] = {
    "everything": lambda world, account, strategy: None,
    "user": lambda world, account, strategy: world.owner,
    "account": lambda world, account, strategy: account,
    "strategy": lambda world, account, strategy: strategy,
}


@pytest.mark.parametrize("on", SCOPES.values(), ids=SCOPES)
def test_reducing_denies_entries_and_lets_closes_through(world: World, on: On) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1", account)
    world.trade(strategy, market(Side.BUY, quantity="0.1"))
    throw(world, REDUCING, on=on(world, account, strategy))

    refused = world.trade(strategy, limit_buy(), market(Side.BUY, percent="5"))
    (close,) = world.trade(strategy, market(Side.SELL, percent="-100"))

    assert brief(refused) == [("DENIED", "TRADING_REDUCING")] * 2
    assert close.status == "FILLED"
    assert len(world.venue_orders()) == 2


@pytest.mark.complaint(21)
@pytest.mark.parametrize("on", SCOPES.values(), ids=SCOPES)
def test_halted_denies_closes_too_and_lets_cancels_through(world: World, on: On) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1", account)
    world.trade(strategy, market(Side.BUY, quantity="0.1"))
    (resting,) = world.trade(strategy, limit_buy())
    throw(world, HALTED, on=on(world, account, strategy))

    refused = world.trade(
        strategy, limit_buy(), market(Side.SELL, percent="-100"), market(Side.SELL, quantity="0.1")
    )
    world.trade(strategy, cancel_all())

    assert brief(refused) == [("DENIED", "TRADING_HALTED")] * 3
    resting.refresh_from_db()
    assert resting.status == "CANCELED"
    assert len(world.venue_orders()) == 2


def test_the_answer_says_what_is_switched_by_whom_when_and_why(world: World) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1", account)
    throw(world, REDUCING, on=account, reason="the exchange answers slowly")
    signal = world.alert(strategy, limit_buy())

    world.execute(signal)

    (row,) = results_of(signal.pk).rows
    since = TradingSwitch.objects.get().changed_at
    assert (row.state, row.error_code) == ("failed", "TRADING_REDUCING")
    assert row.error_message == (
        f"Only closes and cancels: Trading of account A1 is REDUCING since "
        f"{since:%Y-%m-%d %H:%M} UTC, set by root: the exchange answers slowly"
    )


def test_the_strictest_of_those_that_apply_wins(world: World) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1", account)
    throw(world, REDUCING)
    throw(world, HALTED, on=strategy)
    throw(world, ACTIVE, on=account)

    (close,) = world.trade(strategy, market(Side.SELL, percent="-100"))

    assert close.error_code == "TRADING_HALTED"


def test_what_is_not_in_the_scope_trades_on(world: World) -> None:
    first, second = world.account("A1"), world.account("A2")
    stopped, other = world.strategy("stopped", first), world.strategy("other", first, second)
    throw(world, HALTED, on=stopped)
    throw(world, HALTED, on=second)

    orders = world.trade(other, limit_buy())

    assert brief(orders) == [("ACCEPTED", ""), ("DENIED", "TRADING_HALTED")]


def test_a_user_stops_the_own_accounts_and_not_subscribers_of_the_own_strategies(
    world: World,
) -> None:
    stranger = User.objects.create_user("stranger")
    own, others = world.account("A1"), world.account("A2", owner=stranger)
    strategy = world.strategy("test1", own, others, is_public=True)
    throw(world, REDUCING, on=world.owner)

    orders = world.trade(strategy, limit_buy())

    assert brief(orders) == [("DENIED", "TRADING_REDUCING"), ("ACCEPTED", "")]


@pytest.mark.complaint(21)
def test_active_again_all_trades_again(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    throw(world, HALTED)
    (refused,) = world.trade(strategy, limit_buy())
    throw(world, ACTIVE)

    (taken,) = world.trade(strategy, limit_buy())

    assert (refused.error_code, taken.status) == ("TRADING_HALTED", "ACCEPTED")


def test_reducing_lets_a_spot_sale_take_the_own_position_and_no_more(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1", balances={"USDT": "50000", "BTC": "1"}))
    world.trade(strategy, market(Side.BUY, quantity="0.1"))
    throw(world, REDUCING)

    (beyond,) = world.trade(strategy, market(Side.SELL, quantity="0.5"))
    (within,) = world.trade(strategy, market(Side.SELL, quantity="0.05"))

    assert (beyond.status, beyond.error_code) == ("DENIED", "TRADING_REDUCING")
    assert (within.status, within.is_close) == ("FILLED", True)


def test_an_entry_that_is_sized_when_its_turn_comes_is_denied_then(world: World) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1")
    world.subscribe(strategy, account, max_symbols=3)
    signal = world.alert(strategy, limit_buy())
    world.claim_only(signal)
    (waiting,) = orders_of(signal)
    throw(world, REDUCING)

    tickets = late(waiting)

    assert waiting.status == "INITIALIZED"
    assert tickets == [None]
    assert brief(orders_of(signal)) == [("DENIED", "TRADING_REDUCING")]


def late(order: Order) -> list[object]:
    """Size the order as its account's turn has come."""
    intent = from_json(order.signal.intents[order.intent_index])
    market_key = login_of(order.account, order.subscription.strategy).market
    data = loop.call(market_data.read(market_key, intent), timeout_seconds=10)
    now = datetime.now(UTC)
    request = LateSizing(order.pk, intent, data, None, now, None)
    return list(size_late([request]))


def test_an_order_that_waited_for_its_accounts_turn_is_denied_then(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, limit_buy("80000"))
    world.post("/sandbox/latency", {"ms": 1000})
    first, second = world.alert(strategy, limit_buy()), world.alert(strategy, limit_buy("89000"))
    futures = [
        future
        for signal in (first, second)
        for dispatch in signal.dispatches.order_by("shard")
        for future in world.executor.execute_dispatch(dispatch.pk)
    ]
    committed = brief(orders_of(second))

    throw(world, REDUCING)
    for future in futures:
        future.result(timeout=30)

    assert committed == [("SUBMITTED", "")]
    assert brief(orders_of(first)) == [("ACCEPTED", "")]
    assert brief(orders_of(second)) == [("DENIED", "TRADING_REDUCING")]
    assert len(world.venue_orders()) == 2


def test_of_one_alert_the_orders_behind_the_first_look_again(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, limit_buy("80000"))
    world.post("/sandbox/latency", {"ms": 1000})
    signal = world.alert(strategy, limit_buy(), limit_buy("89000"))
    futures = [
        future
        for dispatch in signal.dispatches.order_by("shard")
        for future in world.executor.execute_dispatch(dispatch.pk)
    ]

    throw(world, HALTED)
    for future in futures:
        future.result(timeout=30)

    assert brief(orders_of(signal)) == [("ACCEPTED", ""), ("DENIED", "TRADING_HALTED")]
    assert len(world.venue_orders()) == 2


def test_reducing_closes_the_position_that_an_order_would_turn_and_opens_nothing(
    world: World,
) -> None:
    account = world.account("A1")
    strategy = world.strategy("perp", account, market_type=MarketType.FUTURES)
    world.trade(strategy, market(Side.BUY, symbol="BTCUSDT", quantity="0.1"))
    throw(world, REDUCING)
    turn = replace(market(Side.SELL, symbol="BTCUSDT", quantity="0.05"), close_first=True)

    close, entry = world.trade(strategy, turn)

    assert (close.status, entry.error_code) == ("FILLED", "TRADING_REDUCING")
    assert position_of(strategy, account, PERP) == 0


def test_an_entry_behind_its_close_is_denied_when_the_halt_comes_in_between(world: World) -> None:
    account = world.account("A1")
    strategy = world.strategy("perp", account, market_type=MarketType.FUTURES)
    world.trade(strategy, market(Side.BUY, symbol="BTCUSDT", quantity="0.1"))
    world.post("/sandbox/latency", {"ms": 1000})
    turn = replace(market(Side.SELL, symbol="BTCUSDT", quantity="0.05"), close_first=True)
    signal = world.alert(strategy, turn)
    futures = [
        future
        for dispatch in signal.dispatches.order_by("shard")
        for future in world.executor.execute_dispatch(dispatch.pk)
    ]
    closes = Order.objects.filter(signal=signal, is_close=True, status="SUBMITTED")
    wait_for(closes.exists)

    throw(world, HALTED)
    for future in futures:
        future.result(timeout=30)

    close, entry = orders_of(signal)
    assert (close.status, entry.error_code) == ("FILLED", "TRADING_HALTED")
    assert len(world.venue_orders()) == 2


def test_a_stop_that_protects_a_position_is_a_close(world: World) -> None:
    account = world.account("A1")
    strategy = world.strategy("perp", account, market_type=MarketType.FUTURES)
    world.trade(strategy, market(Side.BUY, symbol="BTCUSDT", quantity="0.1"))
    throw(world, REDUCING, by=root())

    (stop,) = world.trade(
        strategy, place("BTCUSDT", Side.SELL, OrderType.STOP_MARKET, percent="-100", stop="90000")
    )

    assert (stop.status, stop.is_close) == ("ACCEPTED", True)
