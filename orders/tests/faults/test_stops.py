"""Accounts that are stopped or paused by themselves: the others trade on."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from accounts.checking import check_account
from accounts.exchange.types import Side
from accounts.models import Breaker
from orders.tests.faults.scene import (
    at_venue,
    heal,
    in_our_books,
    open_breaker,
    placements,
    poll,
    spoil,
    three,
    told,
)
from orders.tests.waiting import wait_for
from orders.tests.world import World, limit_buy, market

BUY = limit_buy("90000")


@pytest.mark.scenario(29)
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


@pytest.mark.scenario(30)
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


@pytest.mark.scenario(31)
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


@pytest.mark.scenario(31)
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
