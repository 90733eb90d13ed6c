"""Orders beyond what a venue takes: refused with the reason, and the account's others placed."""

import pytest

from accounts.exchange.types import OrderType, Side
from orders.tests.faults.scene import placements
from orders.tests.world import World, limit_buy, market, place


@pytest.mark.complaint(14)
def test_stop_order_beyond_the_venues_cap_is_refused_and_the_others_rest(world: World) -> None:
    world.set_price("BTCUSDT", "100000")
    strategy = world.strategy("test1", world.account("A1"))
    stop = place("BTC/USDT", Side.BUY, OrderType.STOP_MARKET, quantity="0.001", stop="110000")

    orders = world.trade(strategy, *[stop] * 6, limit_buy())

    assert sorted((order.status, order.error_code) for order in orders) == [
        *[("ACCEPTED", "")] * 6,
        ("REJECTED", "TOO_MANY_ORDERS"),
    ]
    assert placements(world) == 7


@pytest.mark.complaint(25)
def test_order_that_is_too_large_is_refused_and_not_split(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1", balances={"USDT": "100000000"}))

    (order,) = world.trade(strategy, market(Side.BUY, quantity="121"))

    assert (order.status, order.error_code) == ("DENIED", "ABOVE_MAXIMUM")
    assert placements(world) == 0
