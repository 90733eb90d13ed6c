"""Whatever a hook does, it harms neither other hooks nor those that come after it."""

import logging

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from orders.hooks.telling import Teller
from orders.hooks.tests.recorded import Hanging, Recorder
from orders.hooks.tests.test_telling import (
    ROOM,
    hook_threads,
    room,
    started,
    with_hooks,
)
from orders.models import OrderEvent
from orders.tests.rows import make_denied, make_order
from orders.tests.waiting import wait_for
from orders.tests.world import World, limit_buy
from strategies.models import HookProgress, Strategy

__all__ = ["room"]


@pytest.fixture(autouse=True)
def _holding() -> None:
    Hanging.entered.clear()
    Hanging.let_go.clear()


def test_a_hook_that_ends_its_thread_is_recorded_and_told_the_next_row(world: World) -> None:
    strategy = with_hooks(world, "Quitting")
    teller = started(world, strategy)
    world.trade(strategy, limit_buy())

    teller.wake()
    wait_for(lambda: not hook_threads())

    assert Recorder.told[1:] == [("order", "SUBMITTED"), ("order", "ACCEPTED")]
    progress = HookProgress.objects.get()
    assert (progress.last_problem, progress.problem_count) == (
        "on_order_update: SystemExit: good bye",
        2,
    )


def test_a_module_that_hangs_while_it_is_imported_is_shown(
    world: World, settings: Settings
) -> None:
    settings.HOOK_SECONDS = 0
    settings.HOOK_MODULES = ["orders.hooks.tests"]
    path = "orders.hooks.tests.hanging_module.Late"
    strategy = world.strategy("coded", world.account("A1"), hooks=path)
    teller = Teller(strategy)
    teller.wake()
    assert Hanging.entered.wait(timeout=10)

    teller.wake()

    assert HookProgress.objects.get().last_problem.startswith("on_start has been running for")
    Hanging.let_go.set()
    wait_for(lambda: not hook_threads())
    assert Recorder.told == [("start", "coded")]


def test_hooks_that_were_replaced_stop_and_leave_the_new_ones_alone(world: World) -> None:
    strategy = with_hooks(world, "Hanging")
    old = started(world, strategy)
    world.trade(strategy, limit_buy())
    old.wake()
    assert Hanging.entered.wait(timeout=10)
    Strategy.objects.update(hooks=f"{ROOM}.Recorder")
    new = started(world, Strategy.objects.get())
    before = HookProgress.objects.get()

    Hanging.let_go.set()
    wait_for(lambda: not hook_threads())
    new.tell_all(now=world.now())

    after = HookProgress.objects.get()
    assert (after.hooks, after.events) == (before.hooks, before.events)
    assert Recorder.told == [("start", "coded")]


def test_other_hooks_start_without_the_problems_of_those_before(world: World) -> None:
    strategy = with_hooks(world, "NeverStarts")
    started(world, strategy)
    Strategy.objects.update(hooks=f"{ROOM}.Recorder")
    failed = HookProgress.objects.get()

    started(world, Strategy.objects.get())

    assert (failed.last_problem, failed.problem_count) == (
        "on_start: ValueError: no configuration",
        1,
    )
    progress = HookProgress.objects.get()
    assert (progress.last_problem, progress.last_problem_at) == ("", None)
    assert progress.problem_count == 0


def test_a_flood_of_rows_is_noted_in_few_writes(world: World) -> None:
    strategy = with_hooks(world, "Recorder")
    teller = started(world, strategy)
    order = make_order(strategy.subscriptions.get(), world.alert(strategy, limit_buy()))
    step = {"at": world.now(), "from_status": "ACCEPTED", "to_status": "ACCEPTED"}
    OrderEvent.objects.bulk_create(
        [OrderEvent(order=order, reason=f"note {number}", **step) for number in range(150)]
    )

    with CaptureQueriesContext(connection) as captured:
        teller.tell_all(now=world.now())

    assert len(Recorder.told) == 1 + 150
    assert len(captured) < 30


def test_what_cannot_be_loaded_is_in_the_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    strategy = world.strategy("coded", world.account("A1"), hooks=f"{ROOM}.Missing")

    with caplog.at_level(logging.WARNING):
        Teller(strategy).tell_all(now=world.now())

    assert "Missing cannot be imported" in caplog.text


def test_a_note_on_a_refused_order_is_no_second_error(world: World) -> None:
    strategy = with_hooks(world, "Recorder")
    teller = started(world, strategy)
    order = make_denied(strategy.subscriptions.get(), world.alert(strategy, limit_buy()))
    for from_status, reason in (("INITIALIZED", "BELOW_MINIMUM"), ("DENIED", "looked at by bob")):
        OrderEvent.objects.create(
            order=order, at=world.now(), from_status=from_status, to_status="DENIED", reason=reason
        )

    teller.tell_all(now=world.now())

    assert Recorder.told[1:] == [
        ("order", "DENIED"),
        ("error", "BELOW_MINIMUM"),
        ("order", "DENIED"),
    ]
