"""Venues and accounts that are left alone: who is refused meanwhile, and what comes first then."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from pytest_django import Settings

from accounts.breakers import rows
from accounts.breakers.tests.open_ones import pause_spot
from accounts.checking import check_account
from accounts.exchange.types import MarketType, Side
from accounts.models import Account, Breaker
from orders.models import Order
from orders.results import results_of
from orders.tests.faults.scene import (
    at_venue,
    heal,
    in_our_books,
    let_pauses_end,
    open_breaker,
    placements,
    poll,
    requests,
    spoil,
    three,
    told,
)
from orders.tests.waiting import wait_for
from orders.tests.world import World, limit_buy, market

BUY = limit_buy("90000")


def clear_all(world: World) -> None:
    """A person clears whatever is open."""
    rows.clear(Breaker.objects.all(), now=world.now())


@pytest.mark.scenario(27)
@pytest.mark.complaint(13)
@pytest.mark.parametrize(
    "fault",
    [
        {"do": "refuse", "code": -1003, "retryAfter": 30},
        {"do": "ban", "status": 429, "seconds": 30},
        {"do": "ban", "status": 418, "seconds": 30},
    ],
    ids=["429", "banned_with_429", "banned_with_418"],
)
def test_venue_that_says_when_to_come_back_hears_nothing_before(
    world: World, fault: dict[str, object]
) -> None:
    strategy = three(world)
    spoil(world, on="orders", **fault)
    started_at = datetime.now(UTC)

    world.trade(strategy, BUY)
    pause = open_breaker(account=None)
    asked = requests(world)
    orders = world.trade(strategy, BUY)
    poll(world)
    world.look_up()
    world.cancel_all(strategy)
    check_account(Account.objects.get(name="A1").pk, now=datetime.now(UTC))

    assert told(orders) == [("DENIED", "VENUE_PAUSED")] * 3
    assert requests(world) == asked
    assert pause.paused_until is not None
    assert timedelta(seconds=29) < pause.paused_until - started_at < timedelta(seconds=35)


@pytest.mark.scenario(28)
@pytest.mark.complaint(13)
def test_ban_of_the_address_is_obeyed_in_all_of_the_venues_markets(world: World) -> None:
    strategy = three(world)
    futures = world.strategy(
        "perp", *Account.objects.order_by("name"), market_type=MarketType.FUTURES
    )
    spoil(world, on="orders", do="ban", status=418, seconds=60)
    world.trade(strategy, BUY)
    open_breaker(account=None, market_type="FUTURES")
    asked = requests(world)

    orders = world.trade(futures, market(Side.BUY, symbol="BTCUSDT", quantity="0.01"))

    assert told(orders) == [("DENIED", "VENUE_PAUSED")] * 3
    assert requests(world) == asked


def test_after_the_pause_every_account_of_one_alert_trades_again(world: World) -> None:
    strategy = three(world)
    spoil(world, on="orders", do="refuse", code=-1003, retryAfter=30)
    world.trade(strategy, BUY)
    open_breaker(account=None)
    heal(world)
    let_pauses_end()

    orders = world.trade(strategy, BUY)

    assert told(orders) == [("ACCEPTED", "")] * 3
    assert at_venue(world) == in_our_books()


@pytest.mark.scenario(28)
@pytest.mark.complaint(13)
def test_pause_that_was_met_in_another_process_is_obeyed_here(world: World) -> None:
    strategy = three(world)
    asked = requests(world)
    pause_spot(60)

    orders = world.trade(strategy, BUY)

    assert told(orders) == [("DENIED", "VENUE_PAUSED")] * 3
    assert requests(world) == asked


def test_process_that_starts_anew_knows_which_breakers_are_open(world: World) -> None:
    strategy = three(world)
    spoil(world, on="orders", do="ban", seconds=60)
    world.trade(strategy, BUY)
    open_breaker(account=None)
    asked = requests(world)

    world.restart_executor()
    poll(world)
    orders = world.trade(strategy, BUY)

    assert told(orders) == [("DENIED", "VENUE_PAUSED")] * 3
    assert requests(world) == asked


def test_time_outs_of_one_account_do_not_keep_the_others_from_the_venue(
    world: World, settings: Settings
) -> None:
    settings.EXCHANGE_TIMEOUT_SECONDS = 0.2
    strategy = three(world)
    spoil(world, account="A2", do="silence", booked=False, times=None)

    rounds = [world.trade(strategy, limit_buy(f"8{number}000")) for number in range(6)]

    assert [told([a1, a3]) for a1, _, a3 in rounds] == [[("ACCEPTED", ""), ("ACCEPTED", "")]] * 6
    assert told([a2 for _, a2, _ in rounds]) == [("SUBMITTED", "")] * 5 + [
        ("DENIED", "ACCOUNT_PAUSED")
    ]
    assert not Breaker.objects.filter(account=None).exists()


def test_venue_that_nobody_reaches_is_left_alone_and_comes_back(
    world: World, settings: Settings
) -> None:
    settings.EXCHANGE_TIMEOUT_SECONDS = 0.2
    strategy = three(world)
    spoil(world, do="cut", booked=False, times=None)

    first = world.trade(strategy, BUY)
    world.look_up()
    open_breaker(account=None)
    second = world.trade(strategy, BUY)
    heal(world)
    let_pauses_end()
    third = world.trade(strategy, limit_buy("85000"))

    assert [order.status for order in first] == ["SUBMITTED"] * 3
    assert told(second) == [("DENIED", "VENUE_PAUSED")] * 3
    assert told(third) == [("ACCEPTED", "")] * 3


def test_connection_refused_at_the_start_opens_the_venues_breaker(
    world: World, settings: Settings
) -> None:
    strategy = three(world)
    settings.SANDBOX_URL = "http://127.0.0.1:9"
    world.restart_executor()

    codes = {order.error_code for _ in range(6) for order in world.trade(strategy, BUY)}

    assert codes == {"MARKET_DATA_UNAVAILABLE", "VENUE_PAUSED"}
    assert open_breaker(account=None).reason == "UNREACHABLE"


@pytest.mark.scenario(32)
def test_maintenance_pauses_the_venue_and_an_unknown_outcome_waits_for_its_end(
    world: World,
) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, limit_buy("80000"))
    spoil(world, do="refuse", code=-1016, times=None)

    (order,) = world.trade(strategy, BUY)
    pause = open_breaker(account=None)
    poll(world)
    world.look_up()
    order.refresh_from_db()

    assert (order.status, order.outcome_unknown_since is None) == ("SUBMITTED", False)
    assert (order.missed_look_ups, pause.reason) == (0, "VENUE_UNAVAILABLE")


def test_outcome_that_a_breaker_hid_is_looked_up_once_it_closes(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, limit_buy("80000"))
    spoil(world, on="orders", do="refuse", code=-1016, booked=True)
    (order,) = world.trade(strategy, BUY)
    open_breaker(account=None)
    poll(world)

    clear_all(world)
    poll(world)

    wait_for(lambda: Order.objects.get(pk=order.pk).status == "ACCEPTED")
    assert at_venue(world) == in_our_books()
    assert placements(world) == 2


def test_cancel_that_a_breaker_held_up_is_sent_once_it_closes(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    (order,) = world.trade(strategy, BUY)
    pause = pause_spot(60)
    poll(world)
    signal = world.cancel_all(strategy)
    order.refresh_from_db()
    held_up = order.status
    (row,) = results_of(signal.pk).rows

    clear_all(world)
    poll(world)

    wait_for(lambda: Order.objects.get(pk=order.pk).status == "CANCELED")
    assert held_up == "PENDING_CANCEL"
    assert (row.state, row.error_code) == ("pending", "CANCEL_NOT_CONFIRMED")
    assert row.error_message == (
        "The cancel waits and is sent as soon as requests are let through again. Binance spot "
        f"waits until {pause.paused_until:%H:%M:%S} UTC: it was asked too often."
    )
    assert at_venue(world) == {order.client_order_id: ("CANCELED", Decimal(0))}


def test_cancel_that_was_refused_as_one_too_many_is_sent_again_after_the_pause(
    world: World,
) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    (order,) = world.trade(strategy, BUY)
    spoil(world, on="cancels", do="refuse", code=-1003, retryAfter=60)
    world.cancel_all(strategy)
    open_breaker(account=None)
    poll(world)

    clear_all(world)
    poll(world)

    wait_for(lambda: Order.objects.get(pk=order.pk).status == "CANCELED")
    assert at_venue(world) == {order.client_order_id: ("CANCELED", Decimal(0))}


def test_close_waits_for_the_end_of_a_short_pause(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, market(Side.BUY, quantity="0.1"))
    pause_spot(0.5)

    orders = world.trade(strategy, BUY, market(Side.SELL, percent="-100"))

    by_side = {order.side: (order.status, order.error_code) for order in orders}
    assert by_side == {"BUY": ("DENIED", "VENUE_PAUSED"), "SELL": ("FILLED", "")}


def test_close_that_could_only_be_sent_too_late_is_denied_at_once(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, market(Side.BUY, quantity="0.1"))
    asked = requests(world)
    pause_spot(3_600)

    orders = world.trade(strategy, market(Side.SELL, percent="-100"))

    assert told(orders) == [("DENIED", "VENUE_PAUSED")]
    assert requests(world) == asked
