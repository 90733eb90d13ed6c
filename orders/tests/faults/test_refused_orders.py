"""The venue proves that it did not take the order: it ends at once and is not sent again."""

from decimal import Decimal

import pytest
from pytest_django import Settings

from accounts.exchange.types import MarketType, Side
from orders.models import Order
from orders.tests.faults.scene import at_venue, in_our_books, placements, spoil
from orders.tests.waiting import wait_for
from orders.tests.world import World, limit_buy, market

DUPLICATE = "Duplicate order sent."


@pytest.mark.scenario(27)
@pytest.mark.complaint(25)
@pytest.mark.parametrize(
    ("venue_code", "error_code"),
    [
        (-1003, "RATE_LIMITED"),
        (-1008, "VENUE_UNAVAILABLE"),
        (-1015, "RATE_LIMITED"),
        (-1022, "BAD_CREDENTIALS"),
        (-2010, "INSUFFICIENT_FUNDS"),
        (-2015, "BAD_CREDENTIALS"),
        (-4164, "BELOW_MINIMUM"),
    ],
)
def test_refusal_by_code_ends_the_order_with_our_reason(
    world: World, venue_code: int, error_code: str
) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    spoil(world, on="orders", do="refuse", code=venue_code)

    (order,) = world.trade(strategy, limit_buy())

    assert (order.status, order.error_code) == ("REJECTED", error_code)
    assert (order.outcome_unknown_since, at_venue(world)) == (None, {})
    assert placements(world) == 1


def test_duplicate_client_order_id_that_was_never_booked_ends_after_patience_only(
    world: World,
) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    spoil(world, on="orders", do="refuse", code=-2010, message=DUPLICATE)

    (order,) = world.trade(strategy, limit_buy())

    assert (order.status, order.outcome_unknown_since is None) == ("SUBMITTED", False)
    assert placements(world) == 1


@pytest.mark.scenario(4)
def test_venue_that_refuses_connections_got_no_order(world: World, settings: Settings) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, limit_buy("80000"))  # the market table is loaded
    settings.SANDBOX_URL = "http://127.0.0.1:9"
    world.restart_executor()

    (order,) = world.trade(strategy, limit_buy("90000"))

    assert (order.status, order.outcome_unknown_since) == ("DENIED", None)
    assert placements(world) == 1


@pytest.mark.scenario(29)
def test_revoked_key_of_one_account_leaves_the_others_their_orders(world: World) -> None:
    accounts = [world.account(f"A{number}") for number in range(5)]
    strategy = world.strategy("test1", *accounts)
    world.trade(strategy, limit_buy("80000"))
    spoil(world, account="A3", do="refuse", code=-2015, times=None)

    orders = world.trade(strategy, limit_buy("90000"))

    assert [(order.account.name, order.status, order.error_code) for order in orders] == [
        ("A0", "ACCEPTED", ""),
        ("A1", "ACCEPTED", ""),
        ("A2", "ACCEPTED", ""),
        ("A3", "REJECTED", "BAD_CREDENTIALS"),
        ("A4", "ACCEPTED", ""),
    ]
    assert at_venue(world) == in_our_books()
    assert len(at_venue(world)) == 9


@pytest.mark.scenario(38)
def test_one_account_without_an_answer_does_not_hold_up_the_others(
    world: World, settings: Settings
) -> None:
    settings.EXCHANGE_TIMEOUT_SECONDS = 2
    accounts = [world.account(f"A{number}") for number in range(5)]
    strategy = world.strategy("test1", *accounts)
    spoil(world, on="orders", account="A3", do="silence", booked=False)

    orders = world.trade(strategy, limit_buy())

    assert [order.status for order in orders] == [
        "ACCEPTED",
        "ACCEPTED",
        "ACCEPTED",
        "SUBMITTED",
        "ACCEPTED",
    ]
    assert len(at_venue(world)) == 4


@pytest.mark.scenario(28)
@pytest.mark.complaint(13)
@pytest.mark.parametrize("status", [418, 429])
def test_ban_of_the_address_ends_every_order_and_is_not_met_with_a_second_try(
    world: World, status: int
) -> None:
    strategy = world.strategy("test1", *[world.account(f"A{number}") for number in range(3)])
    world.trade(strategy, limit_buy("80000"))
    spoil(world, on="orders", do="ban", status=status, seconds=600)

    orders = world.trade(strategy, limit_buy("90000"))

    ends = {(order.status, order.error_code) for order in orders}
    assert ("REJECTED", "RATE_LIMITED") in ends
    assert ends <= {("REJECTED", "RATE_LIMITED"), ("DENIED", "VENUE_PAUSED")}
    assert placements(world) == 3 + sum(order.status == "REJECTED" for order in orders)
    assert at_venue(world) == in_our_books()


@pytest.mark.scenario(27)
def test_order_limit_of_one_account_is_told_and_the_rest_is_booked(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"), world.account("A2"))
    world.post("/sandbox/limits", {"orders10S": 2})

    orders = world.trade(strategy, *[limit_buy(price) for price in ("80000", "81000", "82000")])

    assert [(order.status, order.error_code) for order in orders] == [
        ("ACCEPTED", ""),
        ("ACCEPTED", ""),
        ("REJECTED", "RATE_LIMITED"),
    ] * 2
    assert len(at_venue(world)) == 4


@pytest.mark.scenario(33)
@pytest.mark.parametrize(
    ("filters", "price", "error_code"),
    [
        ({"tick": "100"}, "90050", "PRICE_OUT_OF_RANGE"),
        ({"step": "0.001"}, "90000", "NUMBER_INVALID"),
        ({"minNotional": "1000"}, "90000", "BELOW_MINIMUM"),
    ],
)
def test_filters_changed_after_the_markets_were_loaded_reject_the_order(
    world: World, filters: dict[str, str], price: str, error_code: str
) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, limit_buy("80000"))
    world.post("/sandbox/filters", {"symbol": "BTCUSDT", **filters})

    (order,) = world.trade(strategy, limit_buy(price))

    assert (order.status, order.error_code) == ("REJECTED", error_code)
    assert placements(world) == 2
    assert len(at_venue(world)) == 1


@pytest.mark.scenario(33)
def test_orders_after_a_refusal_by_changed_filters_are_rounded_by_the_new_ones(
    world: World,
) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, limit_buy("80000"))
    world.post("/sandbox/filters", {"symbol": "BTCUSDT", "tick": "100", "step": "0.001"})

    def last_order() -> Order:
        return world.trade(strategy, limit_buy("90050"))[0]

    wait_for(lambda: last_order().status == "ACCEPTED")  # once the markets are read again

    accepted = Order.objects.get(status="ACCEPTED", limit_price=Decimal(90000))
    assert accepted.quantity == Decimal("0.005")
    assert at_venue(world) == in_our_books()
    assert len(at_venue(world)) == 2


def test_futures_order_without_margin_is_rejected(world: World) -> None:
    strategy = world.strategy("perp", world.account("A1"), market_type=MarketType.FUTURES)
    spoil(world, on="orders", do="refuse", code=-2019)

    (order,) = world.trade(strategy, market(Side.BUY, symbol="BTCUSDT", quantity="0.01"))

    assert (order.status, order.error_code) == ("REJECTED", "INSUFFICIENT_FUNDS")
    assert (at_venue(world), placements(world)) == ({}, 1)
