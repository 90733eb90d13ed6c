"""Pauses that are over where nobody trades: they end all the same."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.breakers.tests.open_ones import make_open
from accounts.models import Breaker
from orders.tests.faults.scene import heal, let_pauses_end, open_breaker, poll, requests, spoil
from orders.tests.waiting import wait_for
from orders.tests.world import World, limit_buy


def all_closed(world: World) -> bool:
    """After one more beat."""
    poll(world)
    return not Breaker.objects.filter(is_open=True).exists()


def over(account_id: int | None = None) -> Breaker:
    """A pause that has ended a moment ago; without an account, Binance spot's."""
    now = datetime.now(UTC)
    ended = now - timedelta(seconds=1)
    return make_open(
        account_id=account_id,
        reason="RATE_LIMITED",
        opened_at=ended,
        paused_until=ended,
        changed_at=now,
    )


@pytest.mark.scenario(28)
def test_ban_of_markets_that_nobody_trades_ends_by_itself(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    spoil(world, on="orders", do="ban", status=418, seconds=60)
    world.trade(strategy, limit_buy())
    open_breaker(account=None)
    heal(world)

    let_pauses_end()

    wait_for(lambda: all_closed(world))


def test_pause_of_an_idle_account_ends_by_itself(world: World) -> None:
    over(world.account("A1").pk)

    wait_for(lambda: all_closed(world))


def test_venue_that_is_not_well_after_its_pause_is_left_alone_for_longer(world: World) -> None:
    first = over()
    spoil(world, do="refuse", code=-1003, retryAfter=600, times=None)

    poll(world)

    much_later = datetime.now(UTC) + timedelta(seconds=500)
    wait_for(Breaker.objects.filter(pk=first.pk, paused_until__gt=much_later).exists)


def test_stopped_account_is_not_asked_whether_it_works_again(world: World) -> None:
    make_open(world.account("A1"), changed_at=datetime.now(UTC))
    asked = requests(world)

    poll(world)
    poll(world)

    assert requests(world) == asked
    assert Breaker.objects.get().is_open
