"""A flatten that is broken off, taken back or taken over: nothing is lost, nothing sent twice."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from accounts.exchange.types import NotSent, Side
from accounts.models import Account
from orders.dispatching import open_signal, own_dedup_key
from orders.lifecycle import apply_outcomes
from orders.models import Order
from orders.outcomes import SendFailed
from orders.sweeps import sweep_unclaimed
from orders.tests.faults.scene import spoil
from orders.tests.killed import send_and_die, settle_all
from orders.tests.world import World, cancel_all, orders_of, position_of
from orders.trading.runs import advance_all
from orders.trading.tests.switches import finish, futures, hold, let_a_minute_pass, throw, work
from strategies.models import Signal, Strategy, TradingRun
from strategies.trading_states import RunAction, TradingState

ACTIVE, REDUCING, HALTED = TradingState
PERP = "BTC/USDT:USDT"
FLATTEN = RunAction.FLATTEN


@pytest.fixture
def account(world: World) -> Account:
    return world.account("A1")


@pytest.fixture
def perp(world: World, account: Account) -> Strategy:
    """The account holds a tenth of a coin for it."""
    perp = futures(world, account)
    hold(world, perp, Side.BUY)
    return perp


def held(perp: Strategy) -> Decimal:
    """Its position on its only account."""
    return position_of(perp, perp.subscriptions.get().account, PERP)


def test_killed_after_the_closes_were_asked_for_they_are_sent_once(
    world: World, perp: Strategy
) -> None:
    run = throw(world, HALTED, action=FLATTEN)
    (asked,) = Signal.objects.filter(flatten_run=run)

    advance_all()
    advance_all()
    finish(world, run)

    assert list(Signal.objects.filter(flatten_run=run)) == [asked]
    assert len(world.venue_orders(side="SELL")) == 1
    assert held(perp) == 0


def test_killed_between_claim_and_send_the_close_is_tried_again(
    world: World, perp: Strategy
) -> None:
    run = throw(world, HALTED, action=FLATTEN)
    signal = Signal.objects.get(flatten_run=run)
    world.claim_only(signal)

    settle_all(world, signal)
    finish(world, run)

    assert [order.error_code for order in orders_of(signal)] == ["INTERRUPTED"]
    assert len(world.venue_orders(side="SELL")) == 1
    assert held(perp) == 0


def test_killed_after_the_send_the_close_is_looked_up_and_not_sent_again(
    world: World, perp: Strategy
) -> None:
    run = throw(world, HALTED, action=FLATTEN)
    signal = Signal.objects.get(flatten_run=run)
    world.claim_only(signal)
    (close,) = orders_of(signal)
    send_and_die(world, close, symbol=PERP)

    settle_all(world, signal)
    advance_all()
    meanwhile = TradingRun.objects.get().notes
    finish(world, run)

    assert "waits for an order that may close it to end" in meanwhile
    assert len(world.venue_orders(side="SELL")) == 1
    assert held(perp) == 0


def test_resumed_in_the_middle_what_was_not_sent_is_not_sent(world: World, perp: Strategy) -> None:
    run = throw(world, HALTED, action=FLATTEN)
    signal = Signal.objects.get(flatten_run=run)

    throw(world, ACTIVE)
    world.execute(signal)

    run.refresh_from_db()
    assert run.ended_at is not None
    assert [order.error_code for order in orders_of(signal)] == ["FLATTEN_ENDED"]
    assert held(perp) == Decimal("0.1")


def test_the_next_switch_takes_over_a_flatten_that_is_under_way(
    world: World, perp: Strategy
) -> None:
    throw(world, HALTED, action=FLATTEN)

    run = finish(world, throw(world, REDUCING))

    assert (run.action, run.flat_at is not None) == ("FLATTEN", True)
    assert len(world.venue_orders(side="SELL")) == 1
    assert held(perp) == 0


def test_a_flatten_outlasts_an_exchange_that_turns_every_order_away_unread(
    world: World, perp: Strategy
) -> None:
    spoil(world, on="orders", do="refuse", code=-1008, times=6)
    run = throw(world, HALTED, action=FLATTEN)

    for _ in range(6):
        let_a_minute_pass(world)
        work(world)
    run.refresh_from_db()
    meanwhile = run.ended_at, run.closes_left
    let_a_minute_pass(world)
    work(world)
    finish(world, run)

    assert meanwhile == (None, 1)
    assert Order.objects.filter(error_code="VENUE_UNAVAILABLE").count() == 6
    assert held(perp) == 0


def test_a_flatten_outlasts_workers_that_are_away(world: World, perp: Strategy) -> None:
    """Nobody claims its alerts in time, and the sweep denies them."""
    run = throw(world, HALTED, action=FLATTEN)

    for _ in range(6):
        sweep_unclaimed(now=world.now() + timedelta(minutes=2))
        let_a_minute_pass(world)
        advance_all()
    finish(world, run)

    assert Order.objects.filter(error_code="SIGNAL_EXPIRED").count() == 6
    assert held(perp) == 0


def test_a_flatten_outlasts_limits_that_are_used_up(world: World, perp: Strategy) -> None:
    """Its closes wait for their turn until they are too old, and are denied unsent."""
    run = throw(world, HALTED, action=FLATTEN)
    used_up = NotSent("REQUESTS_USED_UP", "none was left in time")

    for _ in range(6):
        signal = Signal.objects.filter(flatten_run=run).latest("received_at")
        world.claim_only(signal)
        apply_outcomes(
            [SendFailed(order.pk, used_up) for order in orders_of(signal)], now=world.now()
        )
        settle_all(world, signal)
        let_a_minute_pass(world)
        advance_all()
    finish(world, run)

    assert Order.objects.filter(error_code="REQUESTS_USED_UP").count() == 6
    assert held(perp) == 0


def test_an_alert_cannot_take_the_place_of_a_flattens_closes(
    world: World, account: Account, perp: Strategy
) -> None:
    """Whoever has stolen a token may have sent alerts under every id that can be guessed."""
    guessed = throw(world, REDUCING, on=account, by=world.owner).pk + 1
    with transaction.atomic():
        open_signal(
            strategy=perp,
            sender=world.owner,
            intents=[cancel_all()],
            dedup_key=own_dedup_key(f"flatten-{guessed}-1").strip(),
            received_at=world.now(),
        )

    run = throw(world, HALTED, on=account, by=world.owner, action=FLATTEN)
    finish(world, run)

    assert run.pk == guessed
    assert held(perp) == 0
