"""What exactly is promised when a halt and an order's claim meet: forced interleavings."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connection, transaction

from orders.models import Dispatch, Order
from orders.tests.waiting import wait_for
from orders.tests.world import World, limit_buy, orders_of
from orders.trading.runs import advance_all
from orders.trading.tests.switches import brief, finish, root, throw
from strategies.models import TradingRun, TradingSwitch
from strategies.switching import Target, Wish, switch
from strategies.tests.racing import until_somebody_waits
from strategies.trading_states import RunAction, Scope, TradingState

HALTED = TradingState.HALTED


@contextmanager
def on_another_connection(call: Callable[[], object]) -> Iterator[None]:
    """Runs the call on a thread and a connection of its own, and waits for it at the end."""

    def run() -> None:
        try:
            call()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=1) as pool:
        future = pool.submit(run)
        yield
        future.result(timeout=30)


def test_a_halt_committed_before_the_claim_reads_is_obeyed(world: World) -> None:
    """The claim has begun, and waits for its dispatch row, when the halt is committed."""
    signal = world.alert(world.strategy("test1", world.account("A1")), limit_buy())
    holding = threading.Event()

    def claim() -> None:
        holding.wait(20)
        world.claim_only(signal)

    with on_another_connection(claim), transaction.atomic():
        list(Dispatch.objects.select_for_update().filter(signal=signal))
        holding.set()
        until_somebody_waits()
        with on_another_connection(lambda: switch(wish(), person=root(), now=world.now())):
            pass
        is_committed = TradingSwitch.objects.filter(state=HALTED).exists()

    assert is_committed
    assert brief(orders_of(signal)) == [("DENIED", "TRADING_HALTED")]
    assert world.venue_orders() == []


def test_a_claim_that_read_before_the_halt_counts_as_not_blocked_and_is_canceled(
    world: World,
) -> None:
    """The claim has read that all is active, and cannot write yet, when the halt is committed."""
    account = world.account("A1")
    signal = world.alert(world.strategy("test1", account), limit_buy())

    def execute() -> None:
        until_locked()
        world.execute(signal)

    def halt() -> None:
        throw(world, HALTED, action=RunAction.CANCEL)

    with on_another_connection(execute), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE orders_order IN SHARE MODE")
        until_somebody_waits()
        with on_another_connection(halt):
            pass
        early = TradingRun.objects.get()
    late = finish(world, TradingRun.objects.get())

    (order,) = orders_of(signal)
    assert (early.blocked_at, early.cancels_asked) == (None, 0)
    assert late.blocked_at is not None
    assert order.status == "CANCELED"
    assert [row["status"] for row in world.venue_orders()] == ["CANCELED"]


def until_locked() -> None:
    """Returns once the other connection holds the table, so that this one's claim meets it."""
    held = "SELECT count(*) FROM pg_locks WHERE mode = 'ShareLock' AND relation = %s::regclass"

    def is_held() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(held, ["orders_order"])
            return bool(cursor.fetchone()[0])

    wait_for(is_held)


def test_who_only_reads_for_a_long_time_is_not_waited_for(world: World) -> None:
    reading, done = threading.Event(), threading.Event()

    def read() -> None:
        with transaction.atomic():
            TradingSwitch.objects.exists()
            reading.set()
            done.wait(20)

    with on_another_connection(read):
        reading.wait(20)
        run = throw(world, HALTED)
        done.set()

    assert run.blocked_at is not None


def wish(state: TradingState = HALTED) -> Wish:
    return Wish(target=Target(Scope.EVERYTHING), state=state)


def test_two_that_switch_at_once_come_one_after_the_other(world: World) -> None:
    throw(world, TradingState.REDUCING)
    person = root()
    active = wish(TradingState.ACTIVE)
    written = threading.Event()

    def resume() -> None:
        written.wait(20)
        switch(active, person=person, now=world.now())

    with on_another_connection(resume), transaction.atomic():
        switch(wish(), person=person, now=world.now())
        written.set()
        until_somebody_waits()

    assert TradingSwitch.objects.get().state == "ACTIVE"
    states = list(TradingRun.objects.order_by("id").values_list("state", flat=True))
    assert states == ["REDUCING", "HALTED", "ACTIVE"]
    assert TradingRun.objects.filter(ended_at__isnull=True).count() == 1


def test_an_order_in_flight_when_the_halt_commits_is_canceled_once_it_has_arrived(
    world: World,
) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, limit_buy("80000"))
    world.post("/sandbox/latency", {"ms": 1000})
    signal = world.alert(strategy, limit_buy())
    futures = [
        future
        for dispatch in signal.dispatches.order_by("shard")
        for future in world.executor.execute_dispatch(dispatch.pk)
    ]

    run = throw(world, HALTED, action=RunAction.CANCEL)
    in_flight = run.in_flight
    for future in futures:
        future.result(timeout=30)
    world.post("/sandbox/latency", {"ms": 0})
    finish(world, run)

    assert in_flight == 1
    assert (run.cancels_asked, run.cancels_left) == (2, 0)
    assert [row["status"] for row in world.venue_orders()] == ["CANCELED"] * 2
    assert set(Order.objects.values_list("status", flat=True)) == {"CANCELED"}


def test_an_order_whose_outcome_is_unknown_is_found_and_canceled(world: World) -> None:
    signal = world.alert(world.strategy("test1", world.account("A1")), limit_buy())
    world.execute(signal)
    world.forget_answers(signal)
    Order.objects.update(outcome_unknown_since=world.now())

    run = finish(world, throw(world, HALTED, action=RunAction.CANCEL))

    assert run.cancels_asked == 1
    assert [row["status"] for row in world.venue_orders()] == ["CANCELED"]


def test_a_run_that_nobody_took_further_is_taken_up_by_the_beat(world: World) -> None:
    """As if the process had died right after the commit."""
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, limit_buy())
    cancel = Wish(target=Target(Scope.EVERYTHING), state=HALTED, action=RunAction.CANCEL)
    run = switch(cancel, person=root(), now=world.now())

    advance_all()

    run.refresh_from_db()
    assert run.committed_at is not None
    assert (run.blocked_at is not None, run.cancels_asked) == (True, 1)
