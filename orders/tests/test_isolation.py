"""Strategies on one account: none sells what another has bought, booked or not yet."""

import pytest

from accounts.exchange.types import OrderType, Side
from orders.tests.world import World, market, place, position_of


def test_coins_that_another_strategys_resting_buy_may_have_bought_are_not_sold(
    world: World,
) -> None:
    account = world.account("X")
    first, second = world.strategy("A", account), world.strategy("B", account)
    world.set_price("BTCUSDT", "100000")
    resting = place("BTC/USDT", Side.BUY, OrderType.LIMIT, quantity="0.01", price="90000")
    world.trade(second, resting)
    world.set_price("BTCUSDT", "80000")  # it fills, and nobody has told us

    (sale,) = world.trade(first, market(Side.SELL, quantity="0.005"))

    assert (sale.status, sale.error_code) == ("DENIED", "INSUFFICIENT_HOLDINGS")


def test_coins_of_nobody_are_sold_once(world: World) -> None:
    account = world.account("X", balances={"USDT": "100000", "BTC": "0.5"})
    first, second, third = (world.strategy(name, account) for name in "ABC")
    world.trade(second, market(Side.BUY, quantity="0.5"))
    world.trade(first, market(Side.SELL, quantity="0.5"))  # the account's own half is gone now

    (sale,) = world.trade(third, market(Side.SELL, quantity="0.4"))

    assert (sale.status, sale.error_code) == ("DENIED", "INSUFFICIENT_HOLDINGS")
    assert position_of(second, account) > 0


@pytest.mark.scenario(68)
def test_dust_does_not_use_up_the_symbol_limit(world: World) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1")
    world.subscribe(strategy, account, max_symbols=1)
    world.trade(strategy, market(Side.BUY, quantity="0.01234"))
    world.trade(strategy, market(Side.SELL, percent="-100"))

    (other,) = world.trade(strategy, market(Side.BUY, symbol="ETH/USDT", percent="10"))

    assert position_of(strategy, account) > 0  # what the fee left below the venue's step
    assert other.status == "FILLED"
