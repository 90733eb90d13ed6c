"""A worker process finishes what its predecessor left, loads markets, and drains at its end."""

import threading
from collections.abc import Iterator

import pytest

from accounts.exchange.types import Side
from orders import tasks, worker
from orders.models import Feed, Order, Remainder
from orders.results import is_settled
from orders.tests.broker import nudges_in_broker
from orders.tests.world import World, dispatches_of, limit_buy, market, orders_of
from strategies.models import ExpiryRule


@pytest.fixture
def worker_process(world: World) -> Iterator[None]:
    """Whatever the test started ends with it."""
    yield
    worker.stop()


@pytest.mark.parametrize("shard", [0, 1])
def test_a_starting_worker_closes_what_its_predecessor_left(
    world: World, worker_process: None, monkeypatch: pytest.MonkeyPatch, shard: int
) -> None:
    strategy = world.strategy("test1", world.account("A1"), world.account("A2"))
    signal = world.alert(strategy, limit_buy())
    world.claim_only(signal)
    monkeypatch.setenv("SHARD", str(shard))

    worker.start()

    left = Order.objects.filter(outcome_unknown_since__isnull=False)
    assert [order.account_id % 2 for order in left] == [shard]


def test_a_starting_worker_survives_an_exchange_that_is_away(
    world: World, worker_process: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.strategy("test1", world.account("A1"))
    account = world.account("A2")
    account.venue = "nowhere"
    account.save()
    world.subscribe(world.strategy("test2"), account)
    monkeypatch.setenv("SHARD", str(account.pk % 2))

    worker.start()

    assert not any(thread.name.startswith("claims") for thread in threading.enumerate())


def test_a_nudged_task_executes_and_the_end_of_the_worker_waits_for_the_answers(
    world: World, worker_process: None
) -> None:
    strategy = world.strategy("test1", world.account("A1"), world.account("A2"))
    signal = world.alert(strategy, limit_buy())

    for dispatch_id in dispatches_of(signal):
        tasks.execute_dispatch(dispatch_id)
    worker.stop()

    assert [order.status for order in orders_of(signal)] == ["ACCEPTED", "ACCEPTED"]
    assert is_settled(signal.pk)


def test_the_beats_nudge_every_shard(world: World) -> None:
    nudges_in_broker()

    tasks.follow_up()

    assert sorted(nudges_in_broker("orders.send_due_cancels")) == [0, 1]


def test_the_beat_of_remainders_nudges_every_shard_and_each_checks_its_own(
    world: World, worker_process: None
) -> None:
    accounts = [world.account("A1"), world.account("A2")]
    world.trade(world.strategy("test1", *accounts), market(Side.BUY, quantity="0.01"))
    nudges_in_broker()

    tasks.check_remainders()
    nudged = nudges_in_broker("orders.check_shard_remainders")
    tasks.check_shard_remainders(accounts[0].pk % 2)

    assert sorted(nudged) == [0, 1]
    assert [row.account for row in Remainder.objects.all()] == [accounts[0]]


def test_the_poll_beat_nudges_every_shard_and_a_nudged_worker_polls(
    world: World, worker_process: None
) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, limit_buy())
    nudges_in_broker()

    tasks.poll_all()
    nudged = sorted(nudges_in_broker("orders.poll"))
    for shard in nudged:
        tasks.poll(shard)
    worker.stop()

    assert nudged == [0, 1]
    assert Feed.objects.get().polled_at is not None


def test_the_beat_of_expiry_rules_nudges_every_shard(world: World) -> None:
    nudges_in_broker()

    tasks.expire()

    assert sorted(nudges_in_broker("orders.expire_shard")) == [0, 1]


def test_a_nudged_worker_lets_expiry_rules_act(world: World, worker_process: None) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    (order,) = world.trade(strategy, limit_buy())
    ExpiryRule.objects.create(strategy=strategy, action="CANCEL", after_seconds=0)

    for shard in (0, 1):
        tasks.expire_shard(shard)
    worker.stop()

    order.refresh_from_db()
    assert order.status == "PENDING_CANCEL"


def test_the_sweep_of_an_idle_platform_nudges_nobody(world: World) -> None:
    nudges_in_broker()

    tasks.sweep()

    assert nudges_in_broker() == []


def test_a_nudged_worker_cancels_and_looks_up(world: World, worker_process: None) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    signal = world.alert(strategy, limit_buy())
    for dispatch_id in dispatches_of(signal):
        tasks.execute_dispatch(dispatch_id)
    worker.stop()
    world.forget_answers(signal)
    Order.objects.update(outcome_unknown_since=world.now())

    for shard in (0, 1):
        tasks.look_up(shard)
    worker.stop()
    Order.objects.update(status="PENDING_CANCEL")
    for shard in (0, 1):
        tasks.send_due_cancels(shard)
    worker.stop()

    (order,) = orders_of(signal)
    assert order.status == "CANCELED"
