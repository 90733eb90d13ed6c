"""A venue that tells a fill after an order's end: booked, said, and never ordered a second time."""

import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import transaction

from accounts.shards import shard_of
from orders.expiry.quoting import read_quotes
from orders.expiry.replacing import endings, replace
from orders.expiry.tests.rules import (
    REPRICE,
    beat,
    canceled_sale,
    chain,
    expired_sale,
    reasons,
    sale_canceled_twice,
    selling,
)
from orders.models import Order
from orders.tests.late_fills import fill_late, tell_late
from orders.tests.world import World, position_of
from strategies.models import Strategy
from strategies.tests.racing import until_somebody_waits
from tradeplatform.lib import loop

_FLAG = (
    "needs a person: 0.2 filled after its end; with its replacements 0.2 more than was asked for "
    "may be filled"
)


@pytest.fixture
def strategy(world: World) -> Strategy:
    return selling(world)


def test_a_late_fill_without_a_replacement_is_booked_and_written_down(
    world: World, strategy: Strategy
) -> None:
    order = expired_sale(world, strategy, action="CANCEL")

    fill_late(order, "0.2")
    fill_late(order, "0.2")

    (order,) = chain(order)
    assert (order.status, order.filled_quantity) == ("CANCELED", Decimal("0.2"))
    assert order.needs_attention is False
    assert reasons(order)[-2:] == ["canceled at the exchange, 0 filled", "0.2 filled after its end"]
    assert position_of(strategy, order.account) == Decimal("-0.2")


def test_a_late_fill_beside_a_filled_replacement_is_shown_to_a_person(
    world: World, strategy: Strategy
) -> None:
    order = expired_sale(world, strategy, action="MARKET")

    fill_late(order, "0.2")

    first, second = chain(order)
    assert (first.status, second.status) == ("CANCELED", "FILLED")
    assert (first.needs_attention, second.needs_attention) == (True, False)
    assert reasons(first)[-1] == _FLAG
    assert position_of(strategy, order.account) == Decimal("-0.7")


def test_a_late_fill_has_a_resting_replacement_canceled_and_a_person_called(
    world: World, strategy: Strategy
) -> None:
    order = expired_sale(world, strategy, **REPRICE)

    fill_late(order, "0.2")
    beat(world)
    beat(world)
    world.send_due_cancels()
    beat(world, minutes=62)

    first, second = chain(order)
    assert second.status == "CANCELED"
    assert reasons(second)[-2:] == [
        "an order that it replaced was filled after its end",
        "canceled at the exchange, 0 filled",
    ]
    assert first.needs_attention is True
    assert reasons(first)[-1] == _FLAG


@pytest.mark.parametrize("learn", [fill_late, tell_late])
def test_the_next_replacement_leaves_out_a_late_fill_shown_or_only_told(
    world: World, strategy: Strategy, learn: Callable[[Order, str], None]
) -> None:
    order = sale_canceled_twice(world, strategy)

    learn(order, "0.2")
    beat(world, minutes=62)

    first, second, third = chain(order)
    assert (second.status, second.quantity) == ("CANCELED", Decimal("0.5"))
    assert third.quantity == Decimal("0.3")
    assert first.needs_attention is False


def test_a_replacement_waits_for_a_late_fill_that_is_being_booked(
    world: World, strategy: Strategy
) -> None:
    order = sale_canceled_twice(world, strategy)
    replacing = threading.Thread(target=beat, args=(world,), kwargs={"minutes": 62})

    with transaction.atomic():
        fill_late(order, "0.2")
        replacing.start()
        until_somebody_waits()
    replacing.join(timeout=20)

    assert [each.quantity for each in chain(order)] == [
        Decimal("0.5"),
        Decimal("0.5"),
        Decimal("0.3"),
    ]


def test_a_late_fill_that_leaves_nothing_ends_the_chain(world: World, strategy: Strategy) -> None:
    order = sale_canceled_twice(world, strategy)

    fill_late(order, "0.5")
    beat(world, minutes=62)

    first, second = chain(order)
    assert (first.status, second.status) == ("FILLED", "CANCELED")
    assert "rest 0 is left" in reasons(second)[-1]


def test_a_replacement_waits_for_a_fill_that_is_told_while_prices_are_read(
    world: World, strategy: Strategy
) -> None:
    order = canceled_sale(world, strategy, action="MARKET")
    ended = endings(shard_of(order.account_id))
    quotes = loop.call(
        read_quotes([each.want for each in ended if each.want is not None]), timeout_seconds=10
    )

    tell_late(order, "0.2")
    hasty = replace(ended, quotes, now=world.now())
    fill_late(order, "0.2")
    beat(world, minutes=31)

    first, second = chain(order)
    assert hasty == ()
    assert (first.filled_quantity, second.quantity) == (Decimal("0.2"), Decimal("0.3"))
