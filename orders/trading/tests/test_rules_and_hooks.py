"""Expiry rules and strategies' hooks obey the trading state as alerts do."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.exchange.types import OrderType, Side
from orders.expiry.tests.rules import (
    beat,
    chain,
    commit_replacement,
    expire,
    limit_sell,
    reasons,
    rule_of,
)
from orders.hooks.acting import StrategyContext
from orders.models import Order
from orders.sending import Sender
from orders.tests.world import World, limit_buy, market, orders_of, place
from orders.trading.tests.switches import brief, throw
from strategies.models import Signal, Strategy
from strategies.trading_states import TradingState
from tradeplatform.lib import loop

ACTIVE, REDUCING, HALTED = TradingState


@pytest.fixture
def strategy(world: World) -> Strategy:
    """Its rule sends what is half an hour old as a market order."""
    world.set_price("BTCUSDT", "100000")
    strategy = world.strategy("test1", world.account("A1"))
    rule_of(strategy, action="MARKET")
    return strategy


def resting_close(world: World, strategy: Strategy) -> Order:
    world.trade(strategy, market(Side.BUY, quantity="0.5"))
    (close,) = world.trade(strategy, limit_sell("120000", quantity="0.4"))
    assert close.is_close
    return close


@pytest.mark.parametrize("state", [REDUCING, HALTED])
def test_an_entry_is_canceled_by_its_rule_and_not_replaced(
    world: World, strategy: Strategy, state: TradingState
) -> None:
    (entry,) = world.trade(strategy, limit_buy())
    throw(world, state, reason="enough for today")

    expire(world, minutes=31)

    (left,) = chain(entry)
    assert (left.status, left.needs_attention) == ("CANCELED", False)
    assert f"{state} since" in reasons(left)[-1]
    assert reasons(left)[-1].endswith("set by root: enough for today")
    assert len(world.venue_orders()) == 1


def test_reducing_lets_a_rule_replace_a_close(world: World, strategy: Strategy) -> None:
    close = resting_close(world, strategy)
    throw(world, REDUCING)

    expire(world, minutes=31)

    assert [order.status for order in chain(close)] == ["CANCELED", "FILLED"]


def test_halted_leaves_a_close_that_its_rule_would_replace_where_it_is(
    world: World, strategy: Strategy
) -> None:
    close = resting_close(world, strategy)
    throw(world, HALTED)

    expire(world, minutes=31)
    halted = [order.status for order in chain(close)]
    throw(world, ACTIVE)
    expire(world, minutes=31)

    assert halted == ["ACCEPTED"]
    assert [order.status for order in chain(close)] == ["CANCELED", "FILLED"]


def test_a_close_whose_rule_had_begun_when_it_was_halted_is_told_to_a_person(
    world: World, strategy: Strategy
) -> None:
    close = resting_close(world, strategy)
    beat(world, minutes=31)
    throw(world, HALTED)

    world.send_due_cancels()
    beat(world, minutes=31)

    (left,) = chain(close)
    assert (left.status, left.needs_attention) == ("CANCELED", True)
    assert "rest 0.4 is left: No orders, only cancels: All trading is HALTED" in reasons(left)[-1]


def test_a_rule_that_only_cancels_may_cancel_a_close_while_halted(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    rule_of(strategy, action="CANCEL")
    close = resting_close(world, strategy)
    throw(world, HALTED)

    expire(world, minutes=31)

    assert [order.status for order in chain(close)] == ["CANCELED"]


def test_a_hooks_orders_are_an_alerts(world: World, strategy: Strategy) -> None:
    throw(world, REDUCING, on=strategy)
    hook = StrategyContext(strategy)

    hook.place(symbol="BTC/USDT", side=Side.BUY, percent=Decimal(5))
    (order,) = world.execute(Signal.objects.get())

    assert brief([order]) == [("DENIED", "TRADING_REDUCING")]


def test_a_stop_entry_is_an_entry(world: World, strategy: Strategy) -> None:
    throw(world, REDUCING)
    stop = place(
        "BTC/USDT", Side.BUY, OrderType.STOP_LIMIT, percent="5", price="111000", stop="110000"
    )
    signal = world.alert(strategy, stop)

    world.execute(signal)

    assert brief(orders_of(signal)) == [("DENIED", "TRADING_REDUCING")]


def test_a_replacement_that_waits_for_others_to_be_written_obeys_a_halt(
    world: World, strategy: Strategy
) -> None:
    """A round commits its replacements one by one and sends them all at its end."""
    (entry,) = world.trade(strategy, limit_buy())
    beat(world, minutes=31)
    world.send_due_cancels()
    committed = commit_replacement(world, entry, minutes=31)
    throw(world, HALTED)

    sender, expires_at = Sender(), world.now() + timedelta(minutes=1)
    loop.call(sender.carry_out(committed, expires_at=expires_at), timeout_seconds=30)
    sender.stop()

    assert brief(chain(entry))[1:] == [("DENIED", "TRADING_HALTED")]
    assert len(world.venue_orders()) == 1
