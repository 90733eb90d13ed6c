"""The rules that a new strategy starts with, over the real sandbox with a moved clock."""

from decimal import Decimal

import pytest

from accounts.exchange.types import MarketType, OrderType, Side
from orders.expiry.tests.rules import (
    BEST_ASK,
    beat,
    buy_from,
    chain,
    expire,
    limit_sell,
    reasons,
    selling,
    sold,
    unsettled,
)
from orders.tests.world import World, limit_buy, market, place, position_of
from strategies.default_rules import add_default_rules
from strategies.models import Strategy


@pytest.fixture
def strategy(world: World) -> Strategy:
    """Bitcoin stands at 100,000; the account A1 holds two of it that no strategy bought."""
    strategy = selling(world)
    add_default_rules(strategy)
    return strategy


def test_a_sale_that_waits_for_half_an_hour_goes_to_the_market(
    world: World, strategy: Strategy
) -> None:
    (order,) = world.trade(strategy, limit_sell("110000"))

    expire(world, minutes=29)
    too_early = [each.status for each in chain(order)]
    expire(world, minutes=31)

    first, second = chain(order)
    assert too_early == ["ACCEPTED"]
    assert (first.status, first.filled_quantity) == ("CANCELED", Decimal(0))
    assert (second.status, second.order_type) == ("FILLED", "MARKET")
    assert (second.attempt, second.parent, second.quantity) == (1, first, Decimal("0.5"))
    assert "rule 1 MARKET: older than 30 min" in reasons(first)
    assert f"rule 1 MARKET: rest ordered again as {second.client_order_id}" in reasons(first)
    assert reasons(second)[0] == f"sell 0.5 BTC/USDT; the rest of {first.client_order_id}"
    assert unsettled() == 0
    assert len(world.venue_orders()) == 2


def test_a_buy_that_waits_for_three_hours_is_canceled(world: World, strategy: Strategy) -> None:
    (order,) = world.trade(strategy, limit_buy("90000"))

    expire(world, minutes=179)
    too_early = [each.status for each in chain(order)]
    expire(world, minutes=181)

    (first,) = chain(order)
    assert too_early == ["ACCEPTED"]
    assert first.status == "CANCELED"
    assert "rule 2 CANCEL: older than 3 h" in reasons(first)
    assert [row["status"] for row in world.venue_orders()] == ["CANCELED"]
    assert unsettled() == 0


@pytest.mark.scenario(18)
@pytest.mark.complaint(18)
def test_only_what_is_left_of_a_partly_filled_sale_goes_to_the_market(
    world: World, strategy: Strategy
) -> None:
    (order,) = world.trade(strategy, limit_sell(BEST_ASK, quantity="1.5"))
    buy_from(world, quantity="0.4")

    expire(world, minutes=31)

    first, second = chain(order)
    assert (first.status, first.filled_quantity) == ("CANCELED", Decimal("0.4"))
    assert (second.status, second.filled_quantity) == ("FILLED", Decimal("1.1"))
    assert sold(world) == Decimal("1.5")


@pytest.mark.scenario(19)
@pytest.mark.complaint(18)
def test_a_fill_between_the_decision_and_the_cancel_makes_the_rest_smaller(
    world: World, strategy: Strategy
) -> None:
    (order,) = world.trade(strategy, limit_sell(BEST_ASK, quantity="1.5"))

    beat(world, minutes=31)
    buy_from(world, quantity="0.9")
    world.send_due_cancels()
    beat(world, minutes=31)

    first, second = chain(order)
    assert (first.status, first.filled_quantity) == ("CANCELED", Decimal("0.9"))
    assert (second.status, second.filled_quantity) == ("FILLED", Decimal("0.6"))
    assert sold(world) == Decimal("1.5")


@pytest.mark.scenario(19)
def test_a_sale_that_fills_before_its_cancel_arrives_is_not_sold_again(
    world: World, strategy: Strategy
) -> None:
    (order,) = world.trade(strategy, limit_sell(BEST_ASK, quantity="1.5"))

    beat(world, minutes=31)
    buy_from(world, quantity="1.5")
    world.send_due_cancels()
    beat(world, minutes=31)

    (first,) = chain(order)
    assert (first.status, first.filled_quantity) == ("FILLED", Decimal("1.5"))
    assert sold(world) == Decimal("1.5")
    assert unsettled() == 0


@pytest.mark.scenario(20)
def test_a_rest_below_the_minimum_is_left_and_said_so(world: World, strategy: Strategy) -> None:
    (order,) = world.trade(strategy, limit_sell(BEST_ASK, quantity="0.5"))
    buy_from(world, quantity="0.49999")

    expire(world, minutes=31)

    (first,) = chain(order)
    assert (first.status, first.filled_quantity) == ("CANCELED", Decimal("0.49999"))
    assert (
        "rule 1 MARKET: rest 0.00001 is left: 0.00001 BTC is worth 1 USDT, below the minimum 5."
        in reasons(first)
    )
    assert unsettled() == 0


def test_a_close_stays_a_close_of_the_own_position(world: World, strategy: Strategy) -> None:
    world.trade(strategy, market(Side.BUY, quantity="0.5"))
    account = strategy.subscriptions.get().account
    held = position_of(strategy, account)
    close = place("BTC/USDT", Side.SELL, OrderType.LIMIT, percent="-100", price="110000")
    (order,) = world.trade(strategy, close)

    expire(world, minutes=31)

    _, second = chain(order)
    assert (second.is_close, second.status) == (True, "FILLED")
    assert second.quantity == order.quantity == Decimal("0.4995")
    assert (held, position_of(strategy, account)) == (Decimal("0.4995"), Decimal(0))


def test_a_close_on_futures_stays_reduce_only(world: World) -> None:
    world.set_price("BTCUSDT", "100000")
    account = world.account("A1")
    world.post(
        "/sandbox/deposit",
        {"account": "A1", "market": "futures", "asset": "USDT", "amount": "100000"},
    )
    strategy = world.strategy("test1", account, market_type=MarketType.FUTURES)
    add_default_rules(strategy)
    symbol = "BTC/USDT:USDT"
    world.trade(strategy, market(Side.BUY, symbol=symbol, quantity="0.5"))
    close = place(symbol, Side.SELL, OrderType.LIMIT, percent="-50", price="110000")
    (order,) = world.trade(strategy, close)

    expire(world, minutes=31)

    _, second = chain(order)
    assert (second.status, second.quantity) == ("FILLED", Decimal("0.25"))
    assert (second.is_close, second.reduce_only) == (True, True)
    assert position_of(strategy, account, symbol) == Decimal("0.25")
