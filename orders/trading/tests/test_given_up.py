"""A flatten whose closes cannot even be written down is told, and ends."""

from datetime import timedelta

import pytest

from accounts.exchange.types import Side
from accounts.tests.rows import make_account, trader
from orders.models import Dispatch, Order
from orders.sweeps import sweep_unclaimed
from orders.tests.test_sweeps import unwritable
from orders.tests.world import World
from orders.trading.runs import advance
from orders.trading.tests.switches import futures, hold, throw
from strategies.models import Signal
from strategies.tests.rows import subscribe
from strategies.trading_states import RunAction, TradingState


@pytest.mark.scenario(103)
def test_closes_that_a_fault_prevents_are_noted_with_whose_they_are_and_end(world: World) -> None:
    perpetual = futures(world, world.account("A1"))
    hold(world, perpetual, Side.BUY)
    account = perpetual.subscriptions.get().account
    bob = trader("bob")
    for name in ("B1", "B2"):  # one in each shard
        subscribe(perpetual, make_account(bob, name))

    flatten = RunAction.FLATTEN
    run = throw(world, TradingState.HALTED, on=account, by=account.owner, action=flatten)
    now, written = world.now(), Order.objects.count()
    with unwritable("orders_order", f"id <= {Order.objects.latest('id').pk}"):
        for _ in range(10):
            now += timedelta(seconds=61)
            sweep_unclaimed(now=now)
            advance(run.pk, now=now)
    run.refresh_from_db()

    assert Order.objects.count() == written
    assert Signal.objects.filter(flatten_run=run).count() == 5
    assert "not closed after 5 tries: A fault of the platform" in run.notes
    given_up = Dispatch.objects.filter(given_up_at__isnull=False)
    assert list(given_up.values_list("missed", flat=True)) == [[account.subscriptions.get().pk]] * 5


def test_closes_that_cannot_be_read_any_more_do_not_stop_the_run(world: World) -> None:
    perpetual = futures(world, world.account("A1"))
    hold(world, perpetual, Side.BUY)
    account = perpetual.subscriptions.get().account
    run = throw(world, TradingState.HALTED, on=account, by=account.owner, action=RunAction.FLATTEN)
    signal = Signal.objects.get(flatten_run=run)
    signal.intents[0]["side"] = "SIDEWAYS"
    signal.save()
    now = world.now() + timedelta(seconds=61)

    sweep_unclaimed(now=now)
    advance(run.pk, now=now)

    assert Signal.objects.filter(flatten_run=run).count() == 2
