"""Dozens of alerts while a third of all requests goes wrong: none lost, none doubled."""

import itertools
from decimal import Decimal

import pytest
from pytest_django import Settings

from accounts.exchange.types import Side
from orders.models import Fill, Order
from orders.polling.tests.polls import poll
from orders.tests.faults.scene import (
    at_venue,
    heal,
    in_our_books,
    look_up_patiently,
    placements,
    spoil,
)
from orders.tests.faults.test_cancels import let_cancels_become_due
from orders.tests.world import World, cancel_all, limit_buy, market, position_of
from strategies.intents import Intent
from strategies.models import Strategy

ROUND = (market(Side.BUY, quantity="0.01"), limit_buy("90000"), cancel_all())


@pytest.mark.scenario(95)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_it_is_over_our_books_are_the_venues(
    world: World, settings: Settings, seed: int
) -> None:
    settings.EXCHANGE_TIMEOUT_SECONDS = 1
    accounts = [world.account(name) for name in ("A1", "A2")]
    strategies = [world.strategy(name, *accounts) for name in ("first", "second")]
    world.trade(strategies[0], limit_buy("80000"))  # the market table is loaded
    spoil(
        world,
        on=["orders", "cancels", "queries", "lists"],
        do="random",
        probability="0.3",
        seed=seed,
    )
    for _ in range(3):
        for strategy in strategies:
            _alert(world, strategy, *ROUND)
    (plan,) = world.get("/sandbox/faults")

    heal(world)
    _let_settle(world)

    sent = Order.objects.exclude(status="DENIED").count()
    assert plan["struck"] > 10
    assert at_venue(world) == in_our_books()
    assert len(world.venue_orders()) == len(at_venue(world))
    # Once more only where the venue refused because of the request's time.
    assert sent <= placements(world) <= 2 * sent
    assert not Order.objects.filter(status__in=("SUBMITTED", "PENDING_CANCEL")).exists()
    assert _executions_in_our_books() == _executions_at_the_venue(world)
    assert sum(position_of(*pair) for pair in itertools.product(strategies, accounts)) == sum(
        fill.quantity - fill.fee_quantity for fill in Fill.objects.all()
    )


def _alert(world: World, strategy: Strategy, *intents: Intent) -> None:
    """One alert after another, and what beat does now and then."""
    for intent in intents:
        world.trade(strategy, intent)
    look_up_patiently(world, 8)
    poll(world)


def _let_settle(world: World) -> None:
    for _ in range(2):
        look_up_patiently(world)
        let_cancels_become_due(world)
        world.send_due_cancels()
        poll(world)


def _executions_in_our_books() -> list[tuple[str, str, Decimal]]:
    fills = Fill.objects.select_related("order__account")
    return sorted((fill.order.account.name, fill.venue_trade_id, fill.quantity) for fill in fills)


def _executions_at_the_venue(world: World) -> list[tuple[str, str, Decimal]]:
    trades = world.get("/sandbox/trades")
    return sorted((row["account"], str(row["id"]), Decimal(row["qty"])) for row in trades)
