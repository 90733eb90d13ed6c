"""A quote that follows the book: document 001's sale between the sixth and the eighth ask."""

from decimal import Decimal

import pytest
from aiohttp import web
from pytest_django import Settings

from accounts.exchange.types import OrderType, Side
from orders.expiry.tests.rules import (
    beat,
    cancel_by_rule,
    chain,
    chase,
    expire,
    limit_sell,
    reasons,
    rule_of,
    selling,
    unsettled,
)
from orders.models import Order
from orders.tests.selective_proxy import SelectiveProxy
from orders.tests.world import World, limit_buy, place
from strategies.models import Strategy

# With bitcoin at 100,000 the house's asks stand 10 apart: the first at 100,000.01, the sixth at
# 100,050.01, the seventh at 100,060.01, the eighth at 100,070.01.
_SEVENTH = Decimal("100060.01")


@pytest.fixture
def strategy(world: World) -> Strategy:
    return selling(world)


def last(order: Order) -> Order:
    return chain(order)[-1]


def test_a_sale_between_the_levels_is_left_where_it_is(world: World, strategy: Strategy) -> None:
    chase(strategy)
    (order,) = world.trade(strategy, limit_sell("100065"))

    expire(world)

    assert [each.status for each in chain(order)] == ["ACCEPTED"]
    assert len(world.venue_orders()) == 1


@pytest.mark.complaint(19)
def test_a_sale_follows_the_market_over_several_moves(world: World, strategy: Strategy) -> None:
    chase(strategy)
    (order,) = world.trade(strategy, limit_sell("100200"))
    prices = []

    for price in ("100000", "99500", "99500", "99000", "99030"):
        world.set_price("BTCUSDT", price)
        expire(world)
        prices.append(last(order).limit_price)

    orders = chain(order)
    assert prices == [
        _SEVENTH,
        Decimal("99559.71"),
        Decimal("99559.71"),
        Decimal("99059.41"),
        Decimal("99089.41"),
    ]
    assert [each.status for each in orders] == ["CANCELED"] * 4 + ["ACCEPTED"]
    assert [each.attempt for each in orders] == [0, 1, 2, 3, 4]
    assert {each.quantity for each in orders} == {Decimal("0.5")}
    assert "rule 1 REPRICE: not between levels 6 to 8 of the asks" in reasons(order)
    assert [row["status"] for row in world.venue_orders()] == ["CANCELED"] * 4 + ["NEW"]
    assert unsettled() == 0


def test_after_so_many_replacements_it_stays_and_says_so_once(
    world: World, strategy: Strategy
) -> None:
    chase(strategy, max_replacements=2)
    (order,) = world.trade(strategy, limit_sell("100200"))

    for price in ("100000", "99500", "99000", "98500"):
        world.set_price("BTCUSDT", price)
        expire(world)

    assert [each.status for each in chain(order)] == ["CANCELED", "CANCELED", "ACCEPTED"]
    assert last(order).limit_price == Decimal("99559.71")
    said = "rule 1 REPRICE: not between levels 6 to 8 of the asks; left as it is: replaced 2 times"
    assert [reason for reason in reasons(last(order)) if reason.startswith(said)] == [
        f"{said} already"
    ]


@pytest.mark.complaint(19)
def test_a_sale_never_follows_below_its_first_price_less_the_slippage(
    world: World, strategy: Strategy
) -> None:
    chase(strategy, max_slippage_percent=Decimal(1))
    (order,) = world.trade(strategy, limit_sell("100065"))

    for price in ("99500", "98000", "97000"):
        world.set_price("BTCUSDT", price)
        expire(world)

    assert [each.limit_price for each in chain(order)] == [
        Decimal(100065),
        Decimal("99559.71"),
        Decimal("99064.35"),
    ]


def test_a_buy_never_follows_above_its_first_price_and_the_slippage(
    world: World, strategy: Strategy
) -> None:
    rule_of(
        strategy,
        side="BUY",
        action="REPRICE",
        after_seconds=60,
        max_slippage_percent=Decimal("0.5"),
    )
    (order,) = world.trade(strategy, limit_buy("99900"))

    world.set_price("BTCUSDT", "102000")
    expire(world, minutes=2)

    assert last(order).limit_price == Decimal("100399.50")
    assert last(order).status == "ACCEPTED"


def test_the_best_of_the_book_is_not_replaced_by_itself(world: World, strategy: Strategy) -> None:
    rule_of(strategy, side="BUY", action="REPRICE", after_seconds=60)
    bid = place("BTC/USDT", Side.BUY, OrderType.LIMIT, quantity="0.1", price="99999.99")
    (order,) = world.trade(strategy, bid)

    expire(world, minutes=2)

    assert [each.status for each in chain(order)] == ["ACCEPTED"]


def test_the_price_is_chosen_anew_when_the_old_order_has_ended(
    world: World, strategy: Strategy
) -> None:
    chase(strategy)
    (order,) = world.trade(strategy, limit_sell("100200"))
    cancel_by_rule(world)

    world.set_price("BTCUSDT", "101000")
    beat(world)

    assert last(order).limit_price == Decimal("101060.61")


def test_a_rule_that_was_deleted_meanwhile_orders_nothing(world: World, strategy: Strategy) -> None:
    rule = chase(strategy)
    (order,) = world.trade(strategy, limit_sell("100200"))
    cancel_by_rule(world)

    rule.delete()
    beat(world)

    assert [each.status for each in chain(order)] == ["CANCELED"]
    assert reasons(order)[-1] == (
        "needs a person: REPRICE: rest 0.5 is left: the rule was deleted meanwhile"
    )


def test_a_note_is_written_once(world: World, strategy: Strategy) -> None:
    rule_of(strategy, action="NOTIFY")
    (order,) = world.trade(strategy, limit_sell("110000"))

    for minutes in (31, 32, 33):
        expire(world, minutes=minutes)

    assert [each.status for each in chain(order)] == ["ACCEPTED"]
    assert reasons(order).count("rule 1 NOTIFY: older than 30 min") == 1


def test_a_distant_price_cancels(world: World, strategy: Strategy) -> None:
    rule_of(strategy, after_seconds=None, drift_percent=Decimal(5))
    (near, far) = (world.trade(strategy, limit_sell(price))[0] for price in ("104000", "110000"))

    expire(world)

    assert [each.status for each in (*chain(near), *chain(far))] == ["ACCEPTED", "CANCELED"]
    assert "rule 1 CANCEL: the last price is 5 % or more away" in reasons(far)


@pytest.mark.parametrize("price", ["x", "NaN", "0"])
def test_a_book_that_makes_no_sense_holds_up_no_other_order(
    world: World, strategy: Strategy, settings: Settings, price: str
) -> None:
    async def odd_bitcoin_book(request: web.Request) -> web.Response | None:
        if request.path == "/api/v3/depth" and request.query["symbol"] == "BTCUSDT":
            return web.json_response({"lastUpdateId": 1, "bids": [], "asks": [[price, "1"]] * 20})
        return None

    chase(strategy)
    rule_of(strategy, rank=2, side="BUY")
    (chased,) = world.trade(strategy, limit_sell("100200"))
    (old,) = world.trade(strategy, limit_buy("1000", symbol="ETH/USDT"))
    with SelectiveProxy(world.url, misbehaviour=odd_bitcoin_book) as proxy:
        settings.SANDBOX_URL = proxy.url
        world.restart_executor()

        beat(world, minutes=31)

        settings.SANDBOX_URL = world.url
        world.restart_executor()

    assert last(chased).status == "ACCEPTED"
    assert last(old).status == "PENDING_CANCEL"
