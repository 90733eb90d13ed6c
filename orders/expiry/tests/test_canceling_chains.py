"""Whoever cancels an order means what has taken its place, too."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from orders.cancellation import request_cancels
from orders.expiry.tests.rules import (
    beat,
    cancel_by_rule,
    chain,
    commit_replacement,
    expire,
    limit_sell,
    rule_of,
    selling,
    unsettled,
)
from orders.models import Order
from orders.results import results_of
from orders.tests.world import World
from strategies.intents import Action, Intent
from strategies.models import Strategy
from strategies.tests.racing import until_somebody_waits


@pytest.fixture
def strategy(world: World) -> Strategy:
    """Goes to the best ask with what is 30 minutes old."""
    strategy = selling(world)
    rule_of(strategy, action="REPRICE", max_slippage_percent=20)
    return strategy


def canceling(order_id: str) -> Intent:
    return Intent(action=Action.CANCEL, order_id=order_id)


def replaced(world: World, strategy: Strategy) -> list[Order]:
    """An order that a rule replaced by one that is open, and that."""
    (first,) = world.trade(strategy, limit_sell("110000"))
    expire(world, minutes=31)
    orders = chain(first)
    assert [order.status for order in orders] == ["CANCELED", "ACCEPTED"]
    return orders


@pytest.mark.parametrize("name", ["client_order_id", "venue_order_id"])
def test_a_cancel_of_the_first_order_reaches_its_replacement(
    world: World, strategy: Strategy, name: str
) -> None:
    first, second = replaced(world, strategy)
    signal = world.alert(strategy, canceling(getattr(first, name)))

    world.execute(signal)

    assert [order.status for order in chain(first)] == ["CANCELED", "CANCELED"]
    assert world.venue_orders(status="NEW") == []
    (row,) = results_of(signal.pk).rows
    assert (row.state, row.client_order_id) == ("success", second.client_order_id)
    assert row.known_as >= {first.client_order_id, first.venue_order_id}


def test_a_cancel_by_id_leaves_other_chains_alone(world: World, strategy: Strategy) -> None:
    first, _ = replaced(world, strategy)
    other, _ = replaced(world, strategy)

    world.trade(strategy, canceling(first.client_order_id))

    assert [order.status for order in chain(other)] == ["CANCELED", "ACCEPTED"]


@pytest.mark.parametrize("has_ended", [False, True])
def test_a_cancel_by_id_ends_a_replacement_that_was_begun_and_says_so(
    world: World, strategy: Strategy, *, has_ended: bool
) -> None:
    (first,) = world.trade(strategy, limit_sell("110000"))
    beat(world, minutes=31)
    if has_ended:
        world.send_due_cancels()

    signal = world.alert(strategy, canceling(first.client_order_id))
    world.execute(signal)
    expire(world, minutes=31)

    assert [order.status for order in chain(first)] == ["CANCELED"]
    assert [row.state for row in results_of(signal.pk).rows] == ["success"]
    assert unsettled() == 0


def test_a_person_who_cancels_the_first_order_cancels_its_replacement(
    world: World, strategy: Strategy
) -> None:
    first, second = replaced(world, strategy)

    asked = request_cancels(order_ids=[first.pk], reason="by a person", now=world.now())
    world.send_due_cancels()

    assert asked == [second.pk]
    assert [order.status for order in chain(first)] == ["CANCELED", "CANCELED"]


def test_a_replacement_that_commits_while_its_cancel_is_asked_for_is_canceled(
    world: World, strategy: Strategy
) -> None:
    (first,) = world.trade(strategy, limit_sell("110000"))
    cancel_by_rule(world, minutes=31)

    def ask() -> list[int]:
        try:
            return request_cancels(order_ids=[first.pk], reason="by a person", now=world.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=1) as pool:
        with transaction.atomic():
            commit_replacement(world, first, minutes=0)
            asked = pool.submit(ask)
            until_somebody_waits()
        canceled = asked.result(timeout=10)

    _, second = chain(first)
    assert canceled == [second.pk]
    assert second.status == "PENDING_CANCEL"
