"""Whatever races, breaks off or is repeated: a chain never asks for more than its first order."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.exchange.types import OrderType, Side
from accounts.shards import shard_of
from orders import sweeps
from orders.expiry.acting import act
from orders.expiry.tests.rules import (
    BEST_ASK,
    beat,
    buy_from,
    cancel_by_rule,
    chain,
    commit_replacement,
    expire,
    limit_sell,
    reasons,
    rule_of,
    selling,
    sold,
    together,
    unsettled,
)
from orders.expiry.watching import watched_orders
from orders.models import Expiry, Order
from orders.tests.killed import recover
from orders.tests.world import World, cancel_all, limit_buy, market, place
from strategies.intents import Intent
from strategies.models import Strategy


@pytest.fixture
def strategy(world: World) -> Strategy:
    """Sells at the market what is 30 minutes old."""
    strategy = selling(world)
    rule_of(strategy, action="MARKET")
    return strategy


def sale_left_unsent(world: World, strategy: Strategy) -> Order:
    """Its worker was killed between the commit of its replacement and the send."""
    (order,) = world.trade(strategy, limit_sell("110000"))
    cancel_by_rule(world, minutes=31)
    commit_replacement(world, order, minutes=0)
    return order


def test_a_cancel_that_is_lost_is_repeated_before_anything_is_sold(
    world: World, strategy: Strategy
) -> None:
    (order,) = world.trade(strategy, limit_sell("110000"))

    for _ in range(3):
        beat(world, minutes=31)
    waiting = [each.status for each in chain(order)]
    expire(world, minutes=31)

    assert waiting == ["PENDING_CANCEL"]
    assert [each.status for each in chain(order)] == ["CANCELED", "FILLED"]
    assert sold(world) == Decimal("0.5")


def test_two_beats_at_once_ask_for_one_cancel(world: World, strategy: Strategy) -> None:
    (order,) = world.trade(strategy, limit_sell("110000"))
    now = world.now() + timedelta(minutes=31)
    watched = watched_orders(shard_of(order.account_id), now=now)

    acted = together(*[lambda: act(watched, {}, now=now)] * 4)

    assert sorted(map(str, acted)) == ["0", "0", "0", "1"]
    assert Expiry.objects.filter(order=order).count() == 1
    assert reasons(order).count("rule 1 MARKET: older than 30 min") == 1


@pytest.mark.scenario(46)
def test_two_beats_at_once_order_one_replacement(world: World, strategy: Strategy) -> None:
    (order,) = world.trade(strategy, limit_sell("110000"))
    cancel_by_rule(world, minutes=31)

    works = together(*[lambda: commit_replacement(world, order, minutes=31)] * 4)

    assert sorted(len(work) for work in works if isinstance(work, tuple)) == [0, 0, 0, 1]
    assert len(chain(order)) == 2


def test_a_worker_killed_after_asking_for_the_cancel_is_followed_by_one_that_goes_on(
    world: World, strategy: Strategy
) -> None:
    (order,) = world.trade(strategy, limit_sell("110000"))
    beat(world, minutes=31)

    world.restart_executor()
    world.send_due_cancels()
    beat(world, minutes=31)

    assert [each.status for each in chain(order)] == ["CANCELED", "FILLED"]
    assert unsettled() == 0


def test_a_replacement_whose_worker_was_killed_before_its_send_is_looked_up_and_never_sent(
    world: World, strategy: Strategy
) -> None:
    order = sale_left_unsent(world, strategy)

    recover(world)
    world.look_up()
    expire(world, minutes=62)

    first, second = chain(order)
    assert (first.status, second.status) == ("CANCELED", "SUBMITTED")
    assert second.outcome_unknown_since is not None
    assert len(world.venue_orders()) == 1
    assert sold(world) == 0


def test_a_replacement_that_was_sent_before_its_worker_was_killed_is_found(
    world: World, strategy: Strategy
) -> None:
    order = sale_left_unsent(world, strategy)
    world.place_by_hand(chain(order)[1])

    recover(world)
    world.look_up()

    _, second = chain(order)
    assert (second.status, second.filled_quantity) == ("FILLED", Decimal("0.5"))
    assert sold(world) == Decimal("0.5")


@pytest.mark.parametrize(("seconds", "is_unknown"), [(60, False), (120, True)])
def test_a_replacement_that_is_long_unanswered_is_looked_up(
    world: World, strategy: Strategy, *, seconds: int, is_unknown: bool
) -> None:
    order = sale_left_unsent(world, strategy)

    sweeps.sweep_abandoned(now=world.now() + timedelta(seconds=seconds))

    assert (chain(order)[1].outcome_unknown_since is not None) is is_unknown


def test_an_order_that_ended_since_it_was_read_is_left_alone(
    world: World, strategy: Strategy
) -> None:
    (order,) = world.trade(strategy, limit_sell(BEST_ASK))
    now = world.now() + timedelta(minutes=31)
    watched = watched_orders(shard_of(order.account_id), now=now)
    world.cancel_all(strategy)

    acted = act(watched, {}, now=now)

    assert acted == 0
    assert Expiry.objects.count() == 0


def test_an_order_of_unknown_outcome_is_left_to_its_look_up(
    world: World, strategy: Strategy
) -> None:
    (order,) = world.trade(strategy, limit_sell("110000"))
    Order.objects.filter(pk=order.pk).update(
        status="SUBMITTED", answered_at=None, outcome_unknown_since=world.now()
    )

    expire(world, minutes=31)

    assert [each.status for each in chain(order)] == ["SUBMITTED"]
    assert unsettled() == 0


def test_a_replacement_waits_until_every_fill_is_booked(world: World, strategy: Strategy) -> None:
    (order,) = world.trade(strategy, limit_sell(BEST_ASK))
    beat(world, minutes=31)
    buy_from(world, quantity="0.2")
    world.send_due_cancels()
    Order.objects.filter(pk=order.pk).update(venue_filled_quantity=Decimal("0.3"))

    beat(world, minutes=31)

    assert len(chain(order)) == 1
    assert unsettled() == 1


@pytest.mark.parametrize("has_ended", [False, True])
def test_a_cancel_of_everything_ends_a_replacement_that_was_begun(
    world: World, strategy: Strategy, *, has_ended: bool
) -> None:
    (order,) = world.trade(strategy, limit_sell("110000"))
    beat(world, minutes=31)
    if has_ended:
        world.send_due_cancels()

    world.trade(strategy, cancel_all())
    world.send_due_cancels()
    expire(world, minutes=31)

    assert [each.status for each in chain(order)] == ["CANCELED"]
    assert sold(world) == 0
    assert unsettled() == 0


def test_nothing_is_bought_again_where_trading_was_switched_off(
    world: World, strategy: Strategy
) -> None:
    (order,) = world.trade(strategy, limit_buy("90000"))
    strategy.subscriptions.update(is_active=False)

    expire(world, minutes=31)

    (first,) = chain(order)
    assert (first.status, first.needs_attention) == ("CANCELED", False)
    assert reasons(first)[-1].startswith("rule 1 MARKET: rest ")
    assert reasons(first)[-1].endswith(
        "is left: the account, its subscription or the strategy is inactive"
    )


def test_a_close_goes_on_where_trading_was_switched_off(world: World, strategy: Strategy) -> None:
    world.trade(strategy, market(Side.BUY, quantity="0.5"))
    (order,) = world.trade(strategy, closing())
    strategy.subscriptions.update(is_active=False)

    expire(world, minutes=31)

    assert [each.status for each in chain(order)] == ["CANCELED", "FILLED"]


def test_a_close_does_not_sell_what_another_close_took_meanwhile(
    world: World, strategy: Strategy
) -> None:
    world.trade(strategy, market(Side.BUY, quantity="0.5"))
    (order,) = world.trade(strategy, closing("-50"))
    cancel_by_rule(world, minutes=31)
    (other,) = world.trade(strategy, closing("-100"))

    beat(world)

    assert other.status == "ACCEPTED"
    assert len(chain(order)) == 1
    assert reasons(order)[-1] == (
        "rule 1 MARKET: rest 0.24975 is left: the position is gone or other open orders close it"
    )
    assert unsettled() == 0


def test_a_close_sells_no_more_than_other_closes_leave(world: World, strategy: Strategy) -> None:
    world.trade(strategy, market(Side.BUY, quantity="0.5"))
    (order,) = world.trade(strategy, closing("-50"))
    cancel_by_rule(world, minutes=31)
    world.trade(strategy, closing("-80"))

    beat(world)

    assert chain(order)[1].quantity == Decimal("0.0999")


def closing(percent: str = "-100") -> Intent:
    return place("BTC/USDT", Side.SELL, OrderType.LIMIT, percent=percent, price="110000")
