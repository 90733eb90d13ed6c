"""Venues and accounts that are left alone: who is refused meanwhile, and what comes first then."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from pytest_django import Settings

from accounts.breakers import rows
from accounts.checking import check_account
from accounts.exchange.types import MarketType, Side
from accounts.models import Account, Breaker
from orders.models import Order
from orders.tests.faults.scene import (
    at_venue,
    heal,
    in_our_books,
    let_pauses_end,
    open_breaker,
    placements,
    requests,
    spoil,
)
from orders.tests.waiting import wait_for
from orders.tests.world import World, limit_buy, market
from strategies.models import Strategy

BUY = limit_buy("90000")


def told(orders: list[Order]) -> list[tuple[str, str]]:
    return [(order.status, order.error_code) for order in orders]


def three(world: World) -> Strategy:
    """Three accounts that trade one strategy, with an order each at the venue."""
    strategy = world.strategy("test1", *[world.account(f"A{number}") for number in (1, 2, 3)])
    world.trade(strategy, limit_buy("80000"))
    return strategy


def poll(world: World) -> None:
    """A beat: what is due is polled, and what has closed is attended to."""
    for shard in (0, 1):
        world.executor.poll(shard).result(timeout=30)


def pause_venue(seconds: float) -> None:
    """Another process was told to leave the venue alone for so long."""
    now = datetime.now(UTC)
    Breaker.objects.create(
        venue="binance",
        environment="SANDBOX",
        market_type="SPOT",
        is_open=True,
        reason="RATE_LIMITED",
        opened_at=now,
        paused_until=now + timedelta(seconds=seconds),
        changed_at=now,
    )


def clear_all(world: World) -> None:
    """A person clears whatever is open."""
    rows.clear(Breaker.objects.all(), now=world.now())


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


def test_pause_that_was_met_in_another_process_is_obeyed_here(world: World) -> None:
    strategy = three(world)
    asked = requests(world)
    pause_venue(60)

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


def test_revoked_key_stops_its_account_and_the_others_trade(world: World) -> None:
    strategy = three(world)
    spoil(world, account="A2", do="refuse", code=-2015, times=None)

    first = world.trade(strategy, BUY)
    stop = open_breaker(account__name="A2")
    second = world.trade(strategy, BUY)
    poll(world)

    assert told(first) == [("ACCEPTED", ""), ("REJECTED", "BAD_CREDENTIALS"), ("ACCEPTED", "")]
    assert told(second) == [("ACCEPTED", ""), ("DENIED", "ACCOUNT_STOPPED"), ("ACCEPTED", "")]
    assert (stop.reason, stop.paused_until) == ("BAD_CREDENTIALS", None)
    assert [fault["struck"] for fault in world.get("/sandbox/faults")] == [1]
    assert Breaker.objects.filter(is_open=True).count() == 1


def test_missing_permission_stops_the_account_with_that_reason(world: World) -> None:
    strategy = three(world)
    spoil(world, account="A2", do="refuse", code=-1002, times=None)

    world.trade(strategy, BUY)

    stop = open_breaker(account__name="A2")
    assert stop.reason == "PERMISSION_DENIED"
    assert "-1002: You are not authorized to execute this request." in stop.message


def test_poll_that_is_refused_stops_the_account_too(world: World) -> None:
    three(world)
    spoil(world, account="A2", do="refuse", code=-2015, times=None)

    poll(world)

    assert open_breaker(account__name="A2").reason == "BAD_CREDENTIALS"


def test_connection_check_that_succeeds_ends_the_stop(world: World) -> None:
    strategy = three(world)
    spoil(world, account="A2", do="refuse", code=-2015, times=None)
    world.trade(strategy, BUY)
    stop = open_breaker(account__name="A2")

    check_account(stop.account_id or 0, now=datetime.now(UTC))
    is_still_stopped = Breaker.objects.get(pk=stop.pk).is_open
    heal(world)
    check_account(stop.account_id or 0, now=datetime.now(UTC))

    assert is_still_stopped
    wait_for(lambda: not Breaker.objects.get(pk=stop.pk).is_open)
    assert told(world.trade(strategy, BUY)) == [("ACCEPTED", "")] * 3


def test_close_may_find_out_that_a_stopped_account_works_again(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, market(Side.BUY, quantity="0.1"))
    spoil(world, account="A1", do="refuse", code=-2015, times=None)
    refused = world.trade(strategy, market(Side.SELL, percent="-100"))
    open_breaker(account__name="A1")

    again = world.trade(strategy, market(Side.SELL, percent="-100"))
    heal(world)
    closed = world.trade(strategy, market(Side.SELL, percent="-100"))

    assert [order.status for order in (*refused, *again)] == ["REJECTED", "REJECTED"]
    assert told(closed) == [("FILLED", "")]
    wait_for(lambda: not Breaker.objects.filter(is_open=True).exists())


@pytest.mark.parametrize("skew_ms", [-2_000, -3_600_000, 3_600_000])
def test_clock_that_is_off_is_set_and_the_order_placed_once(world: World, skew_ms: int) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, limit_buy("80000"))
    spoil(world, do="skew", ms=skew_ms)

    first = world.trade(strategy, BUY)
    asked = placements(world)
    second = world.trade(strategy, limit_buy("85000"))

    assert told([*first, *second]) == [("ACCEPTED", "")] * 2
    assert (asked, placements(world)) == (3, 4)
    assert at_venue(world) == in_our_books()
    assert len(at_venue(world)) == 3


def test_clock_refusal_that_comes_once_places_the_order_once(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    spoil(world, on="orders", do="refuse", code=-1021)

    orders = world.trade(strategy, BUY)

    assert told(orders) == [("ACCEPTED", "")]
    assert at_venue(world) == in_our_books() == {orders[0].client_order_id: ("NEW", Decimal(0))}
    assert not Breaker.objects.exists()


def test_clock_refusal_that_lasts_pauses_the_account(world: World) -> None:
    strategy = three(world)
    spoil(world, on="orders", account="A2", do="refuse", code=-1021, times=None)

    first = world.trade(strategy, BUY)
    pause = open_breaker(account__name="A2")
    asked = placements(world)
    second = world.trade(strategy, BUY)

    assert told(first) == [("ACCEPTED", ""), ("REJECTED", "CLOCK_SKEW"), ("ACCEPTED", "")]
    assert told(second) == [("ACCEPTED", ""), ("DENIED", "ACCOUNT_PAUSED"), ("ACCEPTED", "")]
    assert pause.reason == "CLOCK_SKEW"
    assert placements(world) == asked + 2


def test_order_limit_of_one_account_pauses_that_account(world: World) -> None:
    strategy = three(world)
    spoil(world, on="orders", account="A2", do="refuse", code=-1015, status=429, retryAfter=8)

    world.trade(strategy, BUY)
    open_breaker(account__name="A2")
    orders = world.trade(strategy, BUY)

    assert told(orders) == [("ACCEPTED", ""), ("DENIED", "ACCOUNT_PAUSED"), ("ACCEPTED", "")]


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
    pause_venue(60)
    poll(world)
    world.cancel_all(strategy)
    order.refresh_from_db()
    held_up = order.status

    clear_all(world)
    poll(world)

    wait_for(lambda: Order.objects.get(pk=order.pk).status == "CANCELED")
    assert held_up == "PENDING_CANCEL"
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
    pause_venue(0.5)

    orders = world.trade(strategy, BUY, market(Side.SELL, percent="-100"))

    by_side = {order.side: (order.status, order.error_code) for order in orders}
    assert by_side == {"BUY": ("DENIED", "VENUE_PAUSED"), "SELL": ("FILLED", "")}


def test_close_that_could_only_be_sent_too_late_is_denied_at_once(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, market(Side.BUY, quantity="0.1"))
    asked = requests(world)
    pause_venue(3_600)

    orders = world.trade(strategy, market(Side.SELL, percent="-100"))

    assert told(orders) == [("DENIED", "VENUE_PAUSED")]
    assert requests(world) == asked
