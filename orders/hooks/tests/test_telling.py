"""A strategy's hooks are told of committed rows, in order, and harm nobody."""

from collections.abc import Iterator
from decimal import Decimal
from threading import enumerate as running_threads
from typing import Any

import pytest
from pytest_django import Settings

from accounts.exchange.types import Side
from orders.hooks.acting import HookRefused, StrategyContext
from orders.hooks.cursors import from_json
from orders.hooks.nudging import hooked
from orders.hooks.running import Tellers
from orders.hooks.telling import LATE_COMMIT, Teller
from orders.hooks.tests.recorded import Hanging, Recorder
from orders.models import Order, OrderEvent
from orders.tests.broker import nudges_in_broker
from orders.tests.waiting import wait_for
from orders.tests.world import World, limit_buy, market, user
from strategies.models import HookProgress, Signal, Strategy
from strategies.tests.rows import make_strategy

ROOM = "orders.hooks.tests.recorded"


@pytest.fixture(autouse=True)
def room(settings: Settings) -> Iterator[None]:
    settings.HOOK_MODULES = [ROOM]
    Recorder.told.clear()
    Recorder.updates.clear()
    hooked.forget()
    yield
    hooked.forget()


def with_hooks(world: World, name: str, group_name: str = "coded", **fields: Any) -> Strategy:
    return world.strategy(group_name, world.account(group_name), hooks=f"{ROOM}.{name}", **fields)


def started(world: World, strategy: Strategy) -> Teller:
    """A teller that has told what there was before: nothing."""
    teller = Teller(strategy)
    teller.tell_all(now=world.now())
    return teller


def hook_threads() -> list[str]:

    return [thread.name for thread in running_threads() if thread.name.startswith("hooks-")]


def test_hooks_are_told_of_steps_and_fills_in_the_order_they_happened(world: World) -> None:
    strategy = with_hooks(world, "Recorder")
    teller = started(world, strategy)
    world.trade(strategy, market(Side.BUY, quantity="0.01"))

    teller.tell_all(now=world.now())
    teller.tell_all(now=world.now())

    assert Recorder.told == [
        ("start", "coded"),
        ("order", "SUBMITTED"),
        ("fill", "BUY 0.01 BTC/USDT"),
        ("order", "FILLED"),
    ]


def test_an_update_carries_what_was_filled_by_then(world: World) -> None:
    world.set_price("BTCUSDT", "100000")
    strategy = with_hooks(world, "Recorder")
    teller = started(world, strategy)
    (order,) = world.trade(strategy, market(Side.BUY, quantity="0.01"))

    teller.tell_all(now=world.now())

    totals = [(each.status, each.filled_quantity, each.average_price) for each in Recorder.updates]
    assert totals == [
        ("SUBMITTED", Decimal(0), None),
        ("FILLED", Decimal("0.01"), order.average_price),
    ]
    assert order.average_price is not None


def test_a_refused_order_is_an_update_and_an_error(world: World) -> None:
    strategy = with_hooks(world, "Recorder")
    teller = started(world, strategy)
    world.trade(strategy, market(Side.SELL, percent="-100"))

    teller.tell_all(now=world.now())

    assert Recorder.told[1:] == [("order", "DENIED"), ("error", "NO_LONG_POSITION")]


def test_hooks_learn_nothing_of_the_past_and_nothing_of_other_strategies(world: World) -> None:
    strategy = with_hooks(world, "Recorder")
    other = world.strategy("other", world.account("A2"))
    world.trade(strategy, limit_buy())

    teller = started(world, strategy)
    world.trade(other, limit_buy())
    teller.tell_all(now=world.now())

    assert Recorder.told == [("start", "coded")]


def test_what_happens_while_no_worker_runs_is_told_to_the_next_one(world: World) -> None:
    strategy = with_hooks(world, "Recorder")
    started(world, strategy)
    world.trade(strategy, limit_buy())

    started(world, strategy)

    assert Recorder.told[1:] == [
        ("start", "coded"),
        ("order", "SUBMITTED"),
        ("order", "ACCEPTED"),
    ]


def test_a_row_that_commits_after_a_higher_one_is_told_all_the_same(world: World) -> None:
    strategy = with_hooks(world, "Recorder")
    teller = started(world, strategy)
    signal = world.alert(strategy, limit_buy())
    (order,) = world.execute(signal)
    late = OrderEvent.objects.get(order=order, to_status="SUBMITTED")
    late_id = late.pk
    late.delete()  # as if its transaction had not committed yet
    teller.tell_all(now=world.now())

    late.pk = late_id
    late.save(force_insert=True)
    teller.tell_all(now=world.now())

    assert Recorder.told[1:] == [("order", "ACCEPTED"), ("order", "SUBMITTED")]


def test_what_is_remembered_stays_small(world: World) -> None:
    strategy = with_hooks(world, "Recorder")
    teller = started(world, strategy)
    world.trade(strategy, limit_buy())

    for rounds in range(3):
        teller.tell_all(now=world.now() + LATE_COMMIT * (rounds + 1))

    events = from_json(HookProgress.objects.get().events)
    newest = OrderEvent.objects.order_by("-id").first()
    assert newest is not None
    assert (events.floor, events.seen) == (newest.pk, frozenset())
    assert len(Recorder.told) == 3


def test_a_hook_that_fails_is_recorded_and_told_the_next_row(world: World) -> None:
    strategy = with_hooks(world, "Failing")
    teller = started(world, strategy)
    (order,) = world.trade(strategy, limit_buy())

    teller.tell_all(now=world.now())

    progress = HookProgress.objects.get()
    assert Recorder.told[1:] == [("order", "SUBMITTED"), ("order", "ACCEPTED")]
    assert progress.last_problem == "on_order_update: ZeroDivisionError: as asked"
    assert progress.problem_count == 2
    assert order.status == "ACCEPTED"


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        (f"{ROOM}.NeverStarts", "on_start: ValueError: no configuration"),
        (f"{ROOM}.NoHooks", f"{ROOM}.NoHooks is not a class derived from"),
        (f"{ROOM}.Missing", f"{ROOM}.Missing cannot be imported: module"),
        ("os.path.join", "os.path.join is not inside one of HOOK_MODULES"),
        (f"{ROOM}_evil.Hooks", f"{ROOM}_evil.Hooks is not inside one of HOOK_MODULES"),
    ],
)
def test_hooks_that_cannot_be_used_are_recorded_and_trading_goes_on(
    world: World, path: str, problem: str
) -> None:
    strategy = world.strategy("coded", world.account("A1"), hooks=path)

    Teller(strategy).tell_all(now=world.now())
    (order,) = world.trade(strategy, limit_buy())

    assert HookProgress.objects.get().last_problem.startswith(problem)
    assert order.status == "ACCEPTED"


def test_a_hook_that_hangs_is_recorded_and_holds_up_nobody(
    world: World, settings: Settings
) -> None:
    settings.HOOK_SECONDS = 0
    Hanging.entered.clear()
    Hanging.let_go.clear()
    strategy = with_hooks(world, "Hanging")
    other = with_hooks(world, "Recorder", "other")
    tellers = Tellers()
    shards = (strategy.pk % 2, other.pk % 2)
    started(world, strategy)
    started(world, other)
    world.trade(strategy, limit_buy())
    for shard in set(shards):
        tellers.wake(shard)
    assert Hanging.entered.wait(timeout=10)

    (order,) = world.trade(other, limit_buy())
    for shard in set(shards):
        tellers.wake(shard)

    wait_for(lambda: ("order", "ACCEPTED") in Recorder.told)
    assert order.status == "ACCEPTED"
    problem = HookProgress.objects.get(strategy=strategy).last_problem
    assert problem.startswith("on_order_update has been running for")
    Hanging.let_go.set()
    wait_for(lambda: HookProgress.objects.get(strategy=strategy).events["seen"] != [])
    wait_for(lambda: not hook_threads())


def test_what_a_hook_asks_for_is_done_once_however_often_it_is_told(world: World) -> None:
    strategy = with_hooks(world, "Quoter")
    teller = started(world, strategy)
    before = HookProgress.objects.get()
    (order,) = world.trade(strategy, limit_buy())
    teller.tell_all(now=world.now())

    before.save()  # as a worker leaves it that is killed before it noted what it told
    started(world, strategy)

    asked = Signal.objects.filter(dedup_key__startswith=f" hook-{strategy.pk}-events-")
    assert asked.count() == 1
    world.execute(asked.get())
    order.refresh_from_db()
    assert order.status == "CANCELED"


@pytest.mark.complaint(25)
def test_a_hook_that_answers_its_own_orders_is_stopped(world: World, settings: Settings) -> None:
    settings.HOOK_ORDERS_PER_MINUTE = 3
    strategy = with_hooks(world, "Echo")
    teller = started(world, strategy)
    world.trade(strategy, market(Side.BUY, quantity="0.001"))

    for _ in range(4):
        teller.tell_all(now=world.now())
        for signal in Signal.objects.filter(dispatches__claimed_at__isnull=True).distinct():
            world.execute(signal)

    assert Order.objects.count() == 1 + 3
    assert "More than 3 orders within a minute" in HookProgress.objects.get().last_problem


def test_hooks_act_on_strategies_of_their_owner_only(world: World) -> None:
    strategy = with_hooks(world, "Recorder")
    make_strategy(user("eve"), "foreign")

    with pytest.raises(HookRefused, match="no active strategy foreign"):
        StrategyContext(strategy).cancel_all(group_name="foreign")

    assert not Signal.objects.exists()


def test_other_hooks_start_anew_and_so_do_hooks_that_come_back(world: World) -> None:
    strategy = with_hooks(world, "Recorder")
    started(world, strategy)
    Strategy.objects.update(hooks="")
    world.trade(strategy, limit_buy())
    for shard in range(2):
        Tellers().wake(shard)
    Strategy.objects.update(hooks=f"{ROOM}.Recorder")

    started(world, strategy)

    assert Recorder.told == [("start", "coded"), ("start", "coded")]


def test_an_outcome_wakes_the_hooks_of_its_strategy_and_no_others(world: World) -> None:
    strategy = with_hooks(world, "Recorder")
    plain = world.strategy("plain", world.account("A2"))
    hooked.forget()
    nudges_in_broker()

    world.trade(plain, limit_buy())
    of_plain = nudges_in_broker("orders.run_hooks")
    world.trade(strategy, limit_buy())

    assert of_plain == []
    assert set(nudges_in_broker("orders.run_hooks")) == {strategy.pk % 2}
