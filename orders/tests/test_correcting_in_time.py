"""Corrections beside fills, closes and checks that are under way: they wait or are refused."""

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from django.db import connections, transaction

from accounts.exchange.types import OrderType, Side
from orders.models import Order, Remainder
from orders.remainders.books import read_books
from orders.remainders.checking import Holding, write
from orders.tests.hand_trades import (
    CLOSE,
    SPOT,
    bought,
    by_hand,
    check,
    correct,
    drifted,
    refusal,
    wish,
)
from orders.tests.late_fills import fill_late
from orders.tests.world import World, limit_buy, place, position_of
from strategies.intents import Intent
from strategies.models import Strategy
from strategies.tests.racing import until_somebody_waits
from strategies.tests.rows import NOON


def test_what_is_seen_once_may_be_a_fill_under_way_and_corrects_nothing(world: World) -> None:
    account = world.account("A1")
    strategy = bought(world, account)
    check()
    by_hand(account, Side.SELL, "0.00999")
    check(1)

    refused = refusal(world, wish(strategy))

    assert refused == "This position does not explain the difference any more."


def test_an_open_order_of_the_strategy_may_be_what_was_filled(world: World) -> None:
    account = world.account("A1")
    strategy = bought(world, account)
    drifted(world, account, Side.SELL, "0.00999", "BTC/USDT")
    Remainder.objects.update(drifted_at=None, differs_since=None)
    world.trade(strategy, limit_buy())
    Remainder.objects.update(drifted_at=NOON, differs_since=NOON)

    refused = refusal(world, wish(strategy))
    world.cancel_all(strategy)
    correct(world, strategy)

    assert refused.startswith("This strategy has open orders in it")
    assert position_of(strategy, account) == 0


def test_an_unanswered_order_of_another_strategy_is_waited_for(world: World) -> None:
    account = world.account("A1")
    strategy, other = bought(world, account), bought(world, account, "other")
    drifted(world, account, Side.SELL, "0.00999", "BTC/USDT")
    signal = world.alert(other, CLOSE)
    world.claim_only(signal)
    Order.objects.filter(signal=signal).update(
        status="SUBMITTED",
        symbol="BTC/USDT",
        quantity=Decimal("0.00999"),
        submitted_at=NOON,
        outcome_unknown_since=NOON,
    )

    refused = refusal(world, wish(strategy))

    assert refused == "An order is on its way here; try again in a moment."


def test_a_correction_waits_for_a_close_that_is_being_sized(world: World) -> None:
    """Whoever sizes a close holds the subscription; the correction then finds its order open."""
    account = world.account("A1")
    strategy = bought(world, account)
    drifted(world, account, Side.SELL, "0.005", "BTC/USDT")
    said = wish(strategy)
    resting = place("BTC/USDT", Side.SELL, OrderType.LIMIT, percent="-100", price="200000")

    told = _while_somebody_waits(
        lambda: _place_under_lock(world, strategy, resting), lambda: refusal(world, said)
    )

    assert told.startswith("This strategy has open orders in it")
    assert position_of(strategy, account) == Decimal("0.00999")


def _place_under_lock(world: World, strategy: Strategy, intent: Intent) -> None:
    """As sizing leaves it: the order is written while the subscription is held."""
    strategy.subscriptions.select_for_update(no_key=True).get()
    signal = world.alert(strategy, intent)
    world.claim_only(signal)
    Order.objects.filter(signal=signal).update(
        status="SUBMITTED", symbol="BTC/USDT", quantity=Decimal("0.001"), submitted_at=NOON
    )


def _while_somebody_waits(hold: Callable[[], None], wait: Callable[[], str]) -> str:
    """Run `hold` and keep its transaction open until `wait`, on a thread, waits for it."""
    told: list[str] = []

    def elsewhere() -> None:
        told.append(wait())
        connections.close_all()

    with transaction.atomic():
        hold()
        thread = threading.Thread(target=elsewhere)
        thread.start()
        until_somebody_waits()
    thread.join(timeout=20)
    return told[0]


def test_a_check_that_began_before_the_correction_does_not_bring_the_drift_back(
    world: World,
) -> None:
    account = world.account("A1")
    strategy = bought(world, account)
    drifted(world, account, Side.SELL, "0.005", "BTC/USDT")
    where = (account.pk, SPOT)
    before = read_books(where)
    held = {"BTC": Holding(held=Decimal("0.00499"), step=Decimal("0.00001"))}

    correct(world, strategy)
    write(where, before, held, now=NOON + timedelta(minutes=3))

    row = Remainder.objects.get()
    assert (row.found, row.differs_since, row.drifted_at) == (Decimal(0), None, None)


def test_a_fill_booked_since_the_last_check_explains_what_was_missing(world: World) -> None:
    account = world.account("A1")
    strategy = bought(world, account)
    resting = place("BTC/USDT", Side.SELL, OrderType.LIMIT, quantity="0.005", price="200000")
    (order,) = world.trade(strategy, resting)
    world.cancel_all(strategy)
    drifted(world, account, Side.SELL, "0.005", "BTC/USDT")
    said = wish(strategy)

    fill_late(order, "0.005")
    refused = refusal(world, said)

    assert refused == (
        "Fills were booked since the last check. Wait for the next one; it comes every minute."
    )
    assert position_of(strategy, account) == Decimal("0.00499")
