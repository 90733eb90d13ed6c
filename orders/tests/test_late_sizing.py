"""Orders that look at holdings: closes, spot sales, symbol limits; sized under lock, in turn."""

import threading
from decimal import Decimal

import pytest
from django.db import connections

from accounts.exchange.types import MarketType, OrderType, Side
from orders.models import Order, OrderEvent
from orders.tests.world import World, limit_buy, market, place, position_of
from strategies.models import Position


def test_a_close_without_a_position_is_denied(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))

    (order,) = world.trade(strategy, market(Side.SELL, percent="-100"))

    assert (order.status, order.error_code) == ("DENIED", "NO_LONG_POSITION")
    assert world.venue_orders() == []


def test_a_short_cannot_be_closed_on_spot(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, market(Side.BUY, percent="10"))

    (order,) = world.trade(strategy, market(Side.BUY, percent="-100"))

    assert (order.status, order.error_code) == ("DENIED", "NO_SHORT_POSITION")


@pytest.mark.complaint(3)
def test_a_close_takes_the_own_position_and_leaves_the_other_strategys(world: World) -> None:
    account = world.account("X")
    first, second = world.strategy("A", account), world.strategy("B", account)
    for strategy in (first, second):
        world.trade(strategy, market(Side.BUY, quantity="0.01"))

    (order,) = world.trade(first, market(Side.SELL, percent="-100"))

    assert (order.status, order.quantity) == ("FILLED", Decimal("0.00999"))
    assert position_of(first, account) == 0
    assert position_of(second, account) == Decimal("0.00999")


@pytest.mark.scenario(62)
def test_a_close_is_capped_by_what_is_still_on_the_account(world: World) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1", account)
    world.trade(strategy, market(Side.BUY, quantity="0.01"))
    # As if 0.02 had been bought and half of it sold by hand at the exchange.
    Position.objects.update(quantity=Decimal("0.01998"))

    (order,) = world.trade(strategy, market(Side.SELL, percent="-100"))

    assert (order.status, order.quantity) == ("FILLED", Decimal("0.00999"))


def test_a_sale_never_takes_coins_of_another_strategy(world: World) -> None:
    account = world.account("X")
    first, second = world.strategy("A", account), world.strategy("B", account)
    world.trade(second, market(Side.BUY, quantity="0.01"))

    (order,) = world.trade(first, market(Side.SELL, quantity="0.005"))

    assert (order.status, order.error_code) == ("DENIED", "INSUFFICIENT_HOLDINGS")
    assert position_of(second, account) == Decimal("0.00999")


def test_what_was_sold_of_nobodys_coins_is_no_short_to_close(world: World) -> None:
    account = world.account("A1", balances={"USDT": "100000", "BTC": "1"})
    strategy = world.strategy("test1", account)
    world.trade(strategy, market(Side.SELL, quantity="0.01"))

    (order,) = world.trade(strategy, market(Side.BUY, percent="-100"))

    assert (order.status, order.error_code) == ("DENIED", "NO_SHORT_POSITION")
    assert order.error_message.startswith("Nothing is short on spot")


def test_a_sale_may_take_coins_that_belong_to_no_strategy(world: World) -> None:
    account = world.account("A1", balances={"USDT": "1000", "BTC": "1"})
    strategy = world.strategy("test1", account)

    (order,) = world.trade(strategy, market(Side.SELL, quantity="0.01"))

    assert order.status == "FILLED"
    assert position_of(strategy, account) == Decimal("-0.01")
    (sized,) = OrderEvent.objects.filter(order=order, to_status="SUBMITTED")
    assert sized.reason == "sell 0.01 BTC/USDT; 0.01 of it not bought by this strategy"


def test_a_second_close_does_not_take_what_a_resting_one_already_closes(world: World) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1", account)
    world.trade(strategy, market(Side.BUY, quantity="0.01"))
    take_profit = place("BTC/USDT", Side.SELL, OrderType.LIMIT, percent="-100", price="150000")
    world.trade(strategy, take_profit)

    (order,) = world.trade(strategy, market(Side.SELL, percent="-100"))

    assert (order.status, order.error_code) == ("DENIED", "NOTHING_LEFT_TO_CLOSE")


@pytest.mark.complaint(8)
def test_closes_arriving_together_sell_the_position_once(world: World) -> None:
    account = world.account("A1", balances={"USDT": "100000", "BTC": "1"})
    strategy = world.strategy("test1", account)
    world.trade(strategy, market(Side.BUY, quantity="0.01"))
    signals = [world.alert(strategy, market(Side.SELL, percent="-100")) for _ in range(4)]
    start = threading.Barrier(4)

    def nudged(index: int) -> None:
        start.wait()
        world.execute(signals[index])
        connections.close_all()

    threads = [threading.Thread(target=nudged, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    sold = Order.objects.filter(side="SELL", status="FILLED")
    assert [order.quantity for order in sold] == [Decimal("0.00999")]
    assert Order.objects.filter(side="SELL", status="DENIED").count() == 3
    assert position_of(strategy, account) == 0


@pytest.mark.scenario(63)
@pytest.mark.complaint(12)
def test_opposite_futures_positions_on_one_account_close_without_reduce_only(
    world: World,
) -> None:
    account = world.account("X")
    long, short = (
        world.strategy(name, account, market_type=MarketType.FUTURES) for name in ("long", "short")
    )
    world.trade(long, market(Side.BUY, quantity="0.01", symbol="BTCUSDT"))
    world.trade(short, market(Side.SELL, quantity="0.01", symbol="BTCUSDT"))

    (closed,) = world.trade(long, market(Side.SELL, percent="-100", symbol="BTCUSDT"))

    assert (closed.status, closed.reduce_only) == ("FILLED", False)
    assert position_of(long, account, "BTC/USDT:USDT") == 0
    assert position_of(short, account, "BTC/USDT:USDT") == Decimal("-0.01")


@pytest.mark.complaint(8)
def test_the_symbol_limit_counts_positions_and_open_entries(world: World) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1")
    world.subscribe(strategy, account, max_symbols=2)
    world.trade(strategy, market(Side.BUY, percent="10"))
    world.trade(strategy, limit_buy("1500", symbol="ETH/USDT"))

    (third,) = world.trade(strategy, limit_buy("50", symbol="SOL/USDT"))
    (more,) = world.trade(strategy, limit_buy("1400", symbol="ETH/USDT"))

    assert (third.status, third.error_code) == ("DENIED", "MAX_SYMBOLS_REACHED")
    assert more.status == "ACCEPTED"


def test_in_one_alert_a_close_sees_what_the_order_before_it_did(world: World) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1", account)

    orders = world.trade(
        strategy,
        market(
            Side.BUY,
            quantity="0.01",
        ),
        place("BTC/USDT", Side.SELL, OrderType.MARKET, percent="-100", priority=1),
    )

    assert [order.status for order in orders] == ["FILLED", "FILLED"]
    assert position_of(strategy, account) == 0
