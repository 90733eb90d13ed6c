"""What is sent is what was computed, whatever the account's money and its owner do meanwhile."""

from decimal import Decimal

import pytest
from pytest_django import Settings

from accounts.exchange.types import OrderType, Side
from orders.expiry.tests.rules import chain, expire, limit_sell, selling
from orders.models import Order, Remainder
from orders.tests.faults.scene import look_up_patiently, placements, spoil
from orders.tests.hand_trades import CLOSE, bought, by_hand, check
from orders.tests.world import World, cancel_all, limit_buy, market, place, position_of
from strategies.default_rules import add_default_rules


@pytest.mark.scenario(62)
def test_close_of_a_position_that_was_partly_sold_by_hand_sells_what_is_left(world: World) -> None:
    account = world.account("A1")
    strategy = bought(world, account)
    check()
    by_hand(account, Side.SELL, "0.005")

    (order,) = world.trade(strategy, CLOSE)
    check(1)
    check(2)

    assert (order.status, order.quantity) == ("FILLED", Decimal("0.00499"))
    assert position_of(strategy, account) == Decimal("0.005")
    assert Remainder.objects.get().drifted_at is not None


@pytest.mark.scenario(69)
def test_deposit_changes_no_size(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    (before,) = world.trade(strategy, limit_buy())
    world.post(
        "/sandbox/deposit",
        {"account": "A1", "market": "spot", "asset": "USDT", "amount": "900000"},
    )

    (after,) = world.trade(strategy, limit_buy())

    assert before.quantity == after.quantity == Decimal("0.00555")


@pytest.mark.scenario(70)
def test_buy_of_all_the_capital_leaves_room_or_is_refused_and_never_made_smaller(
    world: World,
) -> None:
    world.set_price("BTCUSDT", "100000")
    whole = world.strategy("whole", world.account("A1", balances={"USDT": "10000"}))
    short = world.strategy("short", world.account("A2", balances={"USDT": "9999"}))

    (bought,) = world.trade(whole, market(Side.BUY, percent="99.9"))
    (refused,) = world.trade(short, limit_buy("99999", percent="100"))

    assert (bought.status, bought.quantity) == ("FILLED", Decimal("0.09990"))
    assert (refused.status, refused.error_code) == ("REJECTED", "INSUFFICIENT_FUNDS")


@pytest.mark.scenario(75)
def test_second_of_three_orders_that_is_refused_leaves_the_others(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    spoil(world, on="orders", symbol="ETHUSDT", do="refuse", code=-2010)

    orders = world.trade(
        strategy,
        limit_buy("90000"),
        limit_buy("3000", symbol="ETH/USDT"),
        limit_buy("150", symbol="SOL/USDT"),
    )

    assert [(order.symbol, order.status) for order in orders] == [
        ("BTC/USDT", "ACCEPTED"),
        ("ETH/USDT", "REJECTED"),
        ("SOL/USDT", "ACCEPTED"),
    ]


@pytest.mark.scenario(78)
def test_order_is_not_sized_by_a_price_that_is_too_old(world: World, settings: Settings) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, market(Side.BUY, percent="5"))
    settings.PRICE_MAX_AGE_SECONDS = 0
    spoil(world, on="market_data", do="status", status=502, times=None)

    (order,) = world.trade(strategy, market(Side.BUY, percent="5"))

    assert (order.status, order.error_code) == ("DENIED", "MARKET_DATA_UNAVAILABLE")
    assert placements(world) == 1


@pytest.mark.scenario(79, 84)
def test_numbers_arrive_as_they_were_computed_and_prices_no_worse_than_asked(world: World) -> None:
    account = world.account("A1", balances={"USDT": "100000", "BTC": "1"})
    strategy = world.strategy("test1", account)

    world.trade(
        strategy,
        place("BTC/USDT", Side.BUY, OrderType.LIMIT, quantity="0.30000000", price="90000.129"),
        place("BTC/USDT", Side.SELL, OrderType.LIMIT, quantity="0.00011", price="110000.121"),
    )

    sent = [(row["side"], row["origQty"], row["price"]) for row in world.venue_orders()]
    assert sent == [
        ("BUY", "0.30000000", "90000.12000000"),
        ("SELL", "0.00011000", "110000.13000000"),
    ]


@pytest.mark.scenario(87)
def test_cancel_of_everything_never_asks_the_exchange_to_cancel_everything(world: World) -> None:
    account = world.account("A1")
    mine, others = world.strategy("mine", account), world.strategy("others", account)
    world.trade(mine, limit_buy("90000"), limit_buy("3000", symbol="ETH/USDT"))
    (other,) = world.trade(others, limit_buy("90000"))

    world.trade(mine, cancel_all())

    asked = {row["request"] for row in world.get("/sandbox/requests")}
    assert sorted(request for request in asked if request.startswith("DELETE")) == [
        "DELETE /api/v3/order"
    ]
    assert Order.objects.get(pk=other.pk).status == "ACCEPTED"
    assert [row["status"] for row in world.venue_orders()] == ["CANCELED", "CANCELED", "NEW"]


@pytest.mark.scenario(20)
def test_rest_of_an_overdue_sale_that_is_refused_at_the_market_is_told_and_not_tried_again(
    world: World,
) -> None:
    strategy = selling(world)
    add_default_rules(strategy)
    (order,) = world.trade(strategy, limit_sell("110000"))
    spoil(world, on="orders", do="refuse", code=-2010)

    expire(world, minutes=31)
    expire(world, minutes=62)

    first, second = chain(order)
    assert (first.status, second.status) == ("CANCELED", "REJECTED")
    assert second.error_code == "INSUFFICIENT_FUNDS"
    assert placements(world) == 2


@pytest.mark.scenario(86)
def test_order_of_another_size_under_our_id_is_shown_to_a_person(world: World) -> None:
    world.set_price("BTCUSDT", "100000")
    strategy = world.strategy("test1", world.account("A1"))
    spoil(world, on="orders", do="cut", booked=False)
    (order,) = world.trade(strategy, limit_buy("110000"))
    order.quantity = Decimal("0.01")
    world.place_by_hand(order)

    look_up_patiently(world, 0, 8)

    order.refresh_from_db()
    assert order.needs_attention
    assert len(world.venue_orders()) == 1
