"""Flatten over the sandbox: own positions to zero, once each, whatever comes in between."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from accounts.exchange.types import Credentials, OrderType, Side
from accounts.models import Account
from orders.models import Order
from orders.tests.world import (
    World,
    limit_buy,
    market,
    orders_of,
    place,
    position_of,
)
from orders.trading.flattening import flatten
from orders.trading.runs import advance_all
from orders.trading.tests.switches import finish, futures, hold, throw, work
from strategies.models import Position, Signal, Strategy, TradingRun
from strategies.trading_states import RunAction, TradingState

ACTIVE, REDUCING, HALTED = TradingState
PERP, ETH_PERP = "BTC/USDT:USDT", "ETH/USDT:USDT"
FLATTEN = RunAction.FLATTEN


def open_at_the_venue(world: World) -> list[object]:
    return [row for row in world.venue_orders() if row.get("status") in ("NEW", "PARTIALLY_FILLED")]


@pytest.mark.complaint(21)
@pytest.mark.parametrize("state", [REDUCING, HALTED])
def test_longs_shorts_and_coins_with_resting_closes_and_entries_become_flat(
    world: World, state: TradingState
) -> None:
    account = world.account("A1")
    spot, perp = world.strategy("spot", account), futures(world, account)
    world.trade(spot, market(Side.BUY, quantity="0.1"), limit_buy())
    world.trade(spot, place("BTC/USDT", Side.SELL, OrderType.LIMIT, percent="-50", price="120000"))
    hold(world, perp, Side.BUY)
    hold(world, perp, Side.SELL, "ETHUSDT")
    world.trade(
        perp, place("BTCUSDT", Side.SELL, OrderType.STOP_MARKET, percent="-100", stop="90000")
    )

    run = finish(world, throw(world, state, action=FLATTEN))

    assert run.flat_at is not None
    assert (run.cancels_asked, run.closes_left) == (3, 0)
    assert position_of(perp, account, PERP) == 0
    assert position_of(perp, account, ETH_PERP) == 0
    assert position_of(spot, account) < Decimal("0.00001")
    closes = Order.objects.filter(signal__flatten_run=run, status="FILLED")
    assert closes.count() == 3
    assert open_at_the_venue(world) == []


def test_the_close_waits_until_the_resting_one_is_canceled(world: World) -> None:
    account = world.account("A1")
    perp = futures(world, account)
    hold(world, perp, Side.BUY)
    world.trade(perp, place("BTCUSDT", Side.SELL, OrderType.LIMIT, percent="-100", price="120000"))

    run = throw(world, HALTED, action=FLATTEN)
    advance_all()
    early = Signal.objects.filter(flatten_run=run).count()
    waiting = TradingRun.objects.get().notes
    finish(world, run)

    assert early == 0
    assert "0.1 BTC/USDT:USDT: waits for an order that may close it to end" in waiting
    sold = [row for row in world.venue_orders(side="SELL") if row["status"] == "FILLED"]
    assert len(sold) == 1
    assert position_of(perp, account, PERP) == 0


def test_a_close_that_is_filled_in_part_is_followed_by_one_for_the_rest(world: World) -> None:
    """The book is 28,750,000 USDT deep: with bitcoin at a million it buys less than 29."""
    account = world.account("A1", balances={"USDT": "100000000"})
    perp = futures(world, account)
    for _ in range(2):
        world.set_price("BTCUSDT", "1000000")  # renews the book
        world.trade(perp, market(Side.BUY, symbol="BTCUSDT", quantity="20"))
    world.set_price("BTCUSDT", "1000000")

    run = throw(world, REDUCING, action=FLATTEN)
    work(world)
    after_one = position_of(perp, account, PERP)
    world.set_price("BTCUSDT", "1000000")
    finish(world, run)

    closes = list(Order.objects.filter(signal__flatten_run=run).order_by("id"))
    assert [close.status for close in closes] == ["EXPIRED", "FILLED"]
    assert closes[0].quantity == 40
    assert closes[1].quantity == after_one
    assert position_of(perp, account, PERP) == 0
    assert sum(close.filled_quantity for close in closes) == 40


def test_an_entry_whose_outcome_is_unknown_delays_no_close_and_what_it_filled_is_closed(
    world: World,
) -> None:
    account = world.account("A1")
    perp = futures(world, account)
    hold(world, perp, Side.BUY)
    unclear = world.alert(perp, market(Side.BUY, symbol="BTCUSDT", quantity="0.2"))
    world.claim_only(unclear)
    (entry,) = orders_of(unclear)
    world.place_by_hand(entry)
    Order.objects.filter(id=entry.pk).update(outcome_unknown_since=world.now())

    run = throw(world, HALTED, action=FLATTEN)
    world.execute(Signal.objects.get(flatten_run=run))
    early = position_of(perp, account, PERP)
    finish(world, run)

    sold = Order.objects.filter(signal__flatten_run=run).order_by("id")
    assert early == 0
    assert [order.quantity for order in sold] == [Decimal("0.1"), Decimal("0.2")]
    assert position_of(perp, account, PERP) == 0


def test_another_strategys_position_on_the_account_is_left_alone(world: World) -> None:
    account = world.account("A1")
    first, second = futures(world, account), futures(world, account, name="other")
    hold(world, first, Side.BUY)
    hold(world, second, Side.SELL)
    (resting,) = world.trade(second, replace(limit_buy("80000"), symbol="BTCUSDT"))

    finish(world, throw(world, HALTED, on=first, action=FLATTEN))

    assert position_of(first, account, PERP) == 0
    assert position_of(second, account, PERP) == Decimal("-0.1")
    resting.refresh_from_db()
    assert resting.status == "ACCEPTED"


def test_switched_off_subscriptions_of_the_own_accounts_are_closed_too(world: World) -> None:
    account = world.account("A1")
    perp = futures(world, account)
    hold(world, perp, Side.BUY)
    perp.subscriptions.update(is_active=False)
    Strategy.objects.update(is_active=False)
    Account.objects.update(is_active=False)

    finish(world, throw(world, HALTED, on=account, by=world.owner, action=FLATTEN))

    assert position_of(perp, account, PERP) == 0


def test_a_strategys_owner_closes_for_subscribers_what_an_alert_would(world: World) -> None:
    stranger = User.objects.create_user("stranger")
    own = world.account("A1")
    follows, left, frozen = (world.account(name, owner=stranger) for name in ("A2", "A3", "A4"))
    perp = futures(world, own, follows, left, frozen, is_public=True)
    hold(world, perp, Side.BUY)
    perp.subscriptions.filter(account=left).update(is_active=False)
    throw(world, HALTED, on=frozen, by=stranger)

    run = finish(world, throw(world, HALTED, on=perp, by=world.owner, action=FLATTEN))

    held = [position_of(perp, account, PERP) for account in (own, follows, left, frozen)]
    assert held == [0, 0, Decimal("0.1"), Decimal("0.1")]
    (refused,) = Order.objects.filter(signal__flatten_run=run, account=frozen)
    assert refused.error_code == "TRADING_HALTED"
    assert "Trading of account A4 is HALTED" in refused.error_message
    assert refused.error_message in run.notes
    assert run.flat_at is None


def test_a_subscriber_gets_out_of_a_strategy_that_its_owner_has_halted(world: World) -> None:
    stranger = User.objects.create_user("stranger")
    own, theirs = world.account("A1"), world.account("A2", owner=stranger)
    perp = futures(world, own, theirs, is_public=True)
    hold(world, perp, Side.BUY)
    throw(world, HALTED, on=perp, by=world.owner)

    finish(world, throw(world, HALTED, on=stranger, by=stranger, action=FLATTEN))

    assert position_of(perp, theirs, PERP) == 0
    assert position_of(perp, own, PERP) == Decimal("0.1")


def test_dust_is_told_and_counts_as_flat(world: World) -> None:
    account = world.account("A1")
    spot = world.strategy("spot", account)
    world.trade(spot, market(Side.BUY, quantity="0.1"))
    Position.objects.update(quantity=Decimal("0.00000012"))

    run = finish(world, throw(world, REDUCING, action=FLATTEN))

    assert run.flat_at is not None
    assert run.notes == (
        "spot × A1: 0.00000012 BTC/USDT: too little to be sold, the exchange trades no less; it "
        "stays and counts as flat"
    )
    assert len(world.venue_orders()) == 1


def test_a_position_that_cannot_be_closed_is_told_and_not_called_flat(world: World) -> None:
    account = world.account("A1")
    perp = futures(world, account)
    hold(world, perp, Side.BUY)
    account.set_credentials(Credentials(api_key="revoked", secret="revoked"))
    account.save()

    run = throw(world, HALTED, action=FLATTEN)
    for _ in range(5):
        work(world)
        Order.objects.filter(signal__flatten_run=run).update(
            created_at=world.now().replace(year=2025)
        )
    finish(world, run)

    assert run.flat_at is None
    assert "perp × A1: 0.1 BTC/USDT:USDT: not closed after 5 tries: " in run.notes
    assert Order.objects.filter(signal__flatten_run=run).count() == 5


def test_hundreds_of_positions_cost_one_signal_per_strategy(world: World) -> None:
    accounts = [world.account(f"A{number}") for number in range(4)]
    perp = futures(world, *accounts)
    hold(world, perp, Side.BUY)
    hold(world, perp, Side.SELL, "ETHUSDT")

    run = finish(world, throw(world, HALTED, action=FLATTEN))

    (signal,) = Signal.objects.filter(flatten_run=run)
    assert [intent["symbol"] for intent in signal.intents] == [PERP, ETH_PERP]
    assert Order.objects.filter(signal=signal, status="FILLED").count() == 8


def test_nothing_held_is_flat_at_once(world: World) -> None:
    world.strategy("spot", world.account("A1"))

    run = finish(world, throw(world, HALTED, action=FLATTEN))

    assert run.flat_at is not None
    assert flatten(run, now=world.now()).is_flat
