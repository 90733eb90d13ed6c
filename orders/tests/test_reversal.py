"""Close first, open when flat, over the sandbox's futures."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import Settings

from accounts.exchange.types import MarketType, OrderType, Side
from accounts.models import Account
from orders.followup import look_up_job
from orders.models import Order
from orders.planning import login_of
from orders.results import results_of
from orders.reversal import wait_for_close
from orders.tests.killed import send_and_die, settle_all
from orders.tests.selective_proxy import SelectiveProxy, hang
from orders.tests.waiting import wait_for
from orders.tests.world import World, dispatches_of, market, orders_of, place, position_of
from orders.work import LookUpJob, PlaceJob
from strategies.intents import Intent
from strategies.models import Position, Strategy
from tradeplatform.lib.decimals import plain

SYMBOL = "BTC/USDT:USDT"


def perp(world: World, *accounts: Account, **fields: Any) -> Strategy:
    return world.strategy("perp", *accounts, market_type=MarketType.FUTURES, **fields)


def buy(quantity: str = "0.1") -> Intent:
    return market(Side.BUY, symbol="BTCUSDT", quantity=quantity)


def reversal(side: Side = Side.SELL) -> Intent:
    return replace(market(side, symbol="BTCUSDT", quantity="0.05"), close_first=True)


def brief(orders: list[Order]) -> list[tuple[str, str, Decimal | None, bool]]:
    return [(order.status, order.side, order.quantity, order.is_close) for order in orders]


@pytest.mark.complaint(9)
def test_a_long_position_is_closed_before_the_short_one_is_opened(world: World) -> None:
    account = world.account("A1")
    strategy = perp(world, account)
    world.trade(strategy, buy())

    orders = world.trade(strategy, reversal())

    assert brief(orders) == [
        ("FILLED", "SELL", Decimal("0.1"), True),
        ("FILLED", "SELL", Decimal("0.05"), False),
    ]
    assert orders[0].reduce_only
    assert orders[0].closed_at is not None
    assert orders[1].submitted_at is not None
    assert orders[0].closed_at <= orders[1].submitted_at
    assert position_of(strategy, account, SYMBOL) == Decimal("-0.05")
    assert len(world.venue_orders()) == 3


def test_a_short_position_is_turned_by_the_strategys_setting_and_sized_by_percent(
    world: World,
) -> None:
    account = world.account("A1")
    strategy = perp(world, account, close_first=True, capital="1000")
    world.set_price("BTCUSDT", "100000")
    world.trade(strategy, market(Side.SELL, symbol="BTCUSDT", quantity="0.1"))

    orders = world.trade(strategy, market(Side.BUY, symbol="BTCUSDT", percent="50"))

    assert brief(orders) == [
        ("FILLED", "BUY", Decimal("0.1"), True),
        ("FILLED", "BUY", Decimal("0.005"), False),
    ]
    assert position_of(strategy, account, SYMBOL) == Decimal("0.005")


def test_with_nothing_to_close_the_sender_sees_only_the_order_asked_for(world: World) -> None:
    strategy = perp(world, world.account("A1"), world.account("A2"))
    signal = world.alert(strategy, reversal())

    orders = world.execute(signal)

    assert brief(orders) == [("FILLED", "SELL", Decimal("0.05"), False)] * 2
    assert [row.state for row in results_of(signal.pk).rows] == ["success", "success"]


def test_a_position_in_the_same_direction_is_added_to(world: World) -> None:
    account = world.account("A1")
    strategy = perp(world, account)
    world.trade(strategy, buy())

    world.trade(strategy, reversal(Side.BUY))

    assert position_of(strategy, account, SYMBOL) == Decimal("0.15")


def test_another_strategys_opposite_position_is_not_touched(world: World) -> None:
    account = world.account("A1")
    other = world.strategy("other", account, market_type=MarketType.FUTURES)
    strategy = perp(world, account)
    world.trade(other, buy())

    orders = world.trade(strategy, reversal())

    assert brief(orders) == [("FILLED", "SELL", Decimal("0.05"), False)]
    assert position_of(other, account, SYMBOL) == Decimal("0.1")


def test_a_close_that_leaves_a_rest_opens_nothing(world: World) -> None:
    account = world.account("A1")
    strategy = perp(world, account)
    world.trade(strategy, buy())
    # As if 0.14 had been bought and 0.04 of it sold by hand at the exchange.
    Position.objects.update(quantity=Decimal("0.14"))

    close, entry = world.trade(strategy, reversal())

    assert (close.status, close.quantity) == ("FILLED", Decimal("0.1"))
    assert (entry.status, entry.error_code) == ("DENIED", "NOT_FLAT")
    assert "a long position of 0.04 BTC/USDT:USDT" in entry.error_message
    assert len(world.venue_orders()) == 2


def test_a_resting_close_is_named_and_nothing_is_opened(world: World) -> None:
    account = world.account("A1")
    strategy = perp(world, account)
    world.trade(strategy, buy())
    world.trade(
        strategy, place("BTCUSDT", Side.SELL, OrderType.LIMIT, percent="-100", price="110000")
    )

    close, entry = world.trade(strategy, reversal())

    assert (close.status, close.error_code) == ("DENIED", "NOTHING_LEFT_TO_CLOSE")
    assert (entry.status, entry.error_code) == ("DENIED", "NOT_FLAT")
    assert position_of(strategy, account, SYMBOL) == Decimal("0.1")


@pytest.mark.complaint(9)
def test_a_close_whose_answer_is_lost_is_looked_up_before_the_order_opens(
    world: World, settings: Settings
) -> None:
    settings.EXCHANGE_TIMEOUT_SECONDS = 1
    account = world.account("A1")
    strategy = perp(world, account)
    world.trade(strategy, buy())
    world.post("/sandbox/latency", {"ms": 2000})

    close, entry = world.trade(strategy, reversal())

    assert (close.status, close.filled_quantity) == ("FILLED", Decimal("0.1"))
    assert entry.status == "SUBMITTED"  # its own answer comes too late as well
    assert len(world.venue_orders()) == 3


def test_a_close_that_cannot_be_confirmed_in_time_opens_nothing(
    world: World, settings: Settings
) -> None:
    settings.EXCHANGE_TIMEOUT_SECONDS = 1
    settings.REVERSAL_SECONDS = 0
    account = world.account("A1")
    strategy = perp(world, account)
    world.trade(strategy, buy())
    world.post("/sandbox/latency", {"ms": 2000})

    close, entry = world.trade(strategy, reversal())

    assert close.outcome_unknown_since is not None
    assert (entry.status, entry.error_code) == ("DENIED", "NOT_FLAT")
    assert "its close is not confirmed" in entry.error_message
    assert len(world.venue_orders()) == 2


def test_a_position_that_may_exist_unknown_to_us_opens_nothing(world: World) -> None:
    strategy = perp(world, world.account("A1"))
    signal = world.alert(strategy, buy())
    world.execute(signal)
    world.forget_answers(signal)
    Order.objects.update(outcome_unknown_since=world.now())
    (unclear,) = orders_of(signal)

    (entry,) = world.trade(strategy, reversal())

    assert (entry.status, entry.error_code) == ("DENIED", "NOT_FLAT")
    assert entry.error_message == (
        "This strategy may hold a long position in BTC/USDT:USDT: what its order "
        f"{unclear.client_order_id} filled is not known yet. The order to open was not sent."
    )
    assert len(world.venue_orders()) == 1


def test_a_close_that_the_venue_fills_in_part_opens_nothing(world: World) -> None:
    """The book is 28,750,000 USDT deep: with bitcoin at a million it buys less than 29."""
    account = world.account("A1", balances={"USDT": "100000000"})
    strategy = perp(world, account)
    for _ in range(2):
        world.set_price("BTCUSDT", "1000000")  # renews the book
        world.trade(strategy, buy("20"))
    world.set_price("BTCUSDT", "1000000")
    held = position_of(strategy, account, SYMBOL)

    close, entry = world.trade(strategy, reversal())

    left = position_of(strategy, account, SYMBOL)
    assert held == Decimal(40)
    assert (close.status, close.quantity) == ("EXPIRED", Decimal(40))
    assert Decimal(0) < close.filled_quantity < Decimal(40)
    assert left == held - close.filled_quantity
    assert (entry.status, entry.error_code) == ("DENIED", "NOT_FLAT")
    assert f"a long position of {plain(left)} BTC/USDT:USDT" in entry.error_message
    assert len(world.venue_orders(side="SELL")) == 1


def test_an_account_whose_close_hangs_delays_no_other(world: World, settings: Settings) -> None:
    settings.EXCHANGE_TIMEOUT_SECONDS = 2
    settings.REVERSAL_SECONDS = 60
    slow, *others = (world.account(name) for name in ("A1", "A2", "A3"))
    strategy = perp(world, slow, *others)
    world.trade(strategy, buy())
    there, back = world.alert(strategy, reversal()), world.alert(strategy, reversal(Side.BUY))

    with SelectiveProxy(world.url, api_key="key-A1", misbehaviour=hang) as proxy:
        settings.SANDBOX_URL = proxy.url
        world.restart_executor()
        for dispatch_id in (*dispatches_of(there), *dispatches_of(back)):
            world.executor.execute_dispatch(dispatch_id)
        turned = Order.objects.filter(signal__in=(there, back), account__in=others)
        wait_for(lambda: turned.filter(status="FILLED").count() == 8)
        unclear = Order.objects.filter(signal=there, account=slow, is_close=True)
        wait_for(lambda: unclear.filter(outcome_unknown_since__isnull=False).exists())
        waiting = Order.objects.get(signal=there, account=slow, is_close=False)

    assert waiting.status == "INITIALIZED"
    assert [position_of(strategy, account, SYMBOL) for account in others] == [Decimal("0.05")] * 2


@pytest.mark.complaint(9)
@pytest.mark.parametrize("is_close_sent", [False, True])
def test_killed_in_between_nothing_is_opened(world: World, is_close_sent: bool) -> None:
    account = world.account("A1")
    strategy = perp(world, account)
    world.trade(strategy, buy())
    signal = world.alert(strategy, reversal())
    world.claim_only(signal)
    if is_close_sent:
        close, _ = orders_of(signal)
        send_and_die(world, close, symbol=SYMBOL)

    settle_all(world, signal)
    world.look_up()

    close, entry = orders_of(signal)
    assert (entry.status, entry.error_code) == ("DENIED", "INTERRUPTED")
    assert close.status == ("FILLED" if is_close_sent else "DENIED")
    assert len(world.venue_orders()) == (2 if is_close_sent else 1)


@pytest.mark.parametrize(("seconds", "most"), [(-1, 0), (2, 4)])
def test_the_wait_never_outlasts_the_signal_and_looks_ever_more_seldom(
    world: World, *, seconds: int, most: int
) -> None:
    looked_up: list[LookUpJob] = []
    account = world.account("A1")
    strategy = perp(world, account)
    (order,) = world.trade(strategy, buy())
    login = login_of(account, strategy)
    entry = PlaceJob(order_id=order.pk, login=login, intent=reversal(), ticket=None)
    close = look_up_job(order, login, now=world.now())

    async def never_ends(_: PlaceJob) -> LookUpJob:
        return close

    async def look_up(job: LookUpJob) -> None:
        looked_up.append(job)

    expires_at = world.now() + timedelta(seconds=seconds)
    asyncio.run(wait_for_close(entry, expires_at=expires_at, find=never_ends, look_up=look_up))

    assert world.now() >= expires_at
    assert len(looked_up) <= most
