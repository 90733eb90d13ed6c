"""What was accepted and not carried out is found, and reported when it is too late."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import ModuleType

import pytest
from django.db import connection

from accounts.exchange.types import Side
from orders import placement, sweeps
from orders.models import Dispatch, Order
from orders.results import is_settled, results_of
from orders.tests.broker import broker_away, expiries_in_broker, nudges_in_broker
from orders.tests.killed import recover
from orders.tests.losing import lose_connection
from orders.tests.world import World, dispatches_of, limit_buy, market, orders_of, position_of
from strategies.models import Signal

_NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def claim_without_work(signal: Signal, *, claimed_at: datetime) -> None:
    """As a worker leaves it that dies right after its commit."""
    Dispatch.objects.filter(signal=signal).update(claimed_at=claimed_at)


@contextmanager
def unwritable(table: str, unless: str) -> Iterator[None]:
    """Rows that the database will not let be written."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT never CHECK ({unless}) NOT VALID")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT never")


def test_a_lost_nudge_is_repeated_while_the_alert_is_fresh(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    signal = world.alert(strategy, limit_buy(), received_at=_NOW)
    nudges_in_broker()  # those of the acceptance are taken out

    sweeps.sweep_unclaimed(now=_NOW + timedelta(seconds=2))
    too_early = nudges_in_broker()
    sweeps.sweep_unclaimed(now=_NOW + timedelta(seconds=4))

    assert too_early == []
    assert sorted(nudges_in_broker()) == sorted(dispatches_of(signal))


def test_a_hundred_alerts_behind_are_one_nudge_per_strategy_and_shard(world: World) -> None:
    strategies = [world.strategy(name, world.account(name)) for name in ("A1", "A2")]
    signals = [
        world.alert(strategy, limit_buy(), received_at=_NOW + timedelta(milliseconds=number))
        for number in range(50)
        for strategy in strategies
    ]
    nudges_in_broker()

    sweeps.sweep_unclaimed(now=_NOW + timedelta(seconds=10))

    newest = [pk for signal in signals[-2:] for pk in dispatches_of(signal)]
    assert sorted(nudges_in_broker()) == sorted(newest)


def test_a_nudge_of_the_sweep_is_worth_nothing_once_the_next_sweep_has_come(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"), world.account("A2"))
    world.alert(strategy, limit_buy(), received_at=datetime.now(UTC) - timedelta(seconds=10))
    first = expiries_in_broker()

    sweeps.sweep_unclaimed(now=datetime.now(UTC))
    repeated = expiries_in_broker()

    assert first == [None, None]
    next_beat = datetime.now(UTC) + timedelta(seconds=5)
    assert [at is not None and at <= next_beat for at in repeated] == [True, True]


def test_an_alert_that_nobody_executed_in_time_is_denied(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"), world.account("A2"))
    signal = world.alert(strategy, limit_buy(), received_at=_NOW)

    sweeps.sweep_unclaimed(now=_NOW + timedelta(seconds=60))
    late = world.execute(signal)

    assert [(order.status, order.error_code) for order in late] == [
        ("DENIED", "SIGNAL_EXPIRED")
    ] * 2
    assert is_settled(signal.pk)
    assert world.venue_orders() == []


@pytest.mark.scenario(99)
@pytest.mark.parametrize("after", [timedelta(minutes=1), timedelta(minutes=10)])
def test_an_expired_alert_is_denied_though_the_connection_was_lost_while_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch, after: timedelta
) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    signal = world.alert(strategy, limit_buy(), received_at=_NOW)
    lose_connection(monkeypatch, placement, "write_ahead")

    sweeps.sweep_unclaimed(now=_NOW + after)

    assert [order.error_code for order in orders_of(signal)] == ["SIGNAL_EXPIRED"]
    assert is_settled(signal.pk)


@pytest.mark.scenario(103)
def test_an_alert_that_a_fault_of_ours_keeps_from_being_denied_is_said_to_have_failed(
    world: World,
) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    signal = world.alert(strategy, limit_buy(), received_at=_NOW)
    behind = world.alert(
        world.strategy("test2", world.account("A2")), limit_buy(), received_at=_NOW
    )

    with unwritable("orders_order", f"signal_id <> '{signal.pk}'"):
        sweeps.sweep_unclaimed(now=_NOW + timedelta(seconds=60))
    late = world.execute(signal)

    results = results_of(signal.pk)
    assert (results.is_settled, results.is_given_up) == (True, True)
    assert [(row.account_name, row.state, row.error_code) for row in results.rows] == [
        ("A1", "failed", "NOT_EXECUTED")
    ]
    assert late == []
    assert [order.error_code for order in orders_of(behind)] == ["SIGNAL_EXPIRED"]


@contextmanager
def _too_large(signal: Signal, *, writes: str = "INSERT ON orders_order") -> Iterator[None]:
    """The database has an error for its rows that looks as if it were away."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION too_large() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF NEW.signal_id = '{signal.pk}' THEN "
            "RAISE 'too large' USING ERRCODE = 'program_limit_exceeded'; "
            "END IF; RETURN NEW; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER too_large BEFORE {writes} FOR EACH ROW EXECUTE FUNCTION too_large()"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION too_large CASCADE")


@pytest.mark.scenario(103)
def test_what_fails_for_ever_as_if_the_database_were_away_does_not_hold_up_what_is_behind_it(
    world: World,
) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    first = world.alert(strategy, limit_buy(), received_at=_NOW)
    with _too_large(first):
        sweeps.sweep_unclaimed(now=_NOW + timedelta(minutes=2))
        meanwhile = is_settled(first.pk)
        sweeps.sweep_unclaimed(now=_NOW + timedelta(minutes=8))
        behind = world.alert(strategy, limit_buy())
        orders = world.execute(behind)

    assert not meanwhile
    assert [row.error_code for row in results_of(first.pk).rows] == ["NOT_EXECUTED"]
    assert [order.status for order in orders] == ["ACCEPTED"]


@pytest.mark.scenario(103)
@pytest.mark.parametrize(("module", "name"), [(sweeps, "load_plan"), (placement, "write_ahead")])
def test_what_loses_the_connection_again_and_again_is_given_up_on_a_new_one(
    world: World, monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str
) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    signal = world.alert(strategy, limit_buy(), received_at=_NOW)
    lose_connection(monkeypatch, module, name, times=2)

    sweeps.sweep_unclaimed(now=_NOW + timedelta(minutes=8))

    assert [row.error_code for row in results_of(signal.pk).rows] == ["NOT_EXECUTED"]


@pytest.mark.scenario(103)
def test_what_can_not_even_be_given_up_does_not_hold_up_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, behind, fresh = (
        world.alert(
            world.strategy(f"test {name}", world.account(name)),
            limit_buy(),
            received_at=_NOW + timedelta(seconds=seconds),
        )
        for name, seconds in (("A1", 0), ("A2", 1), ("A3", 470))
    )
    nudges_in_broker()
    monkeypatch.setattr(sweeps, "_AT_MOST", 2)

    with _too_large(stuck, writes="UPDATE ON orders_dispatch"):
        sweeps.sweep_unclaimed(now=_NOW + timedelta(minutes=8))

    assert not is_settled(stuck.pk)
    assert [order.error_code for order in orders_of(behind)] == ["SIGNAL_EXPIRED"]
    assert nudges_in_broker() == dispatches_of(fresh)


def test_a_broker_that_is_away_does_not_stop_the_sweep(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    expired = world.alert(strategy, limit_buy(), received_at=_NOW - timedelta(minutes=5))
    world.alert(strategy, limit_buy(), received_at=_NOW)

    with broker_away():
        sweeps.sweep_unclaimed(now=_NOW + timedelta(seconds=10))

    assert [order.error_code for order in orders_of(expired)] == ["SIGNAL_EXPIRED"]


def test_a_restarted_worker_reports_what_its_predecessor_left(world: World) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1", account)
    signal = world.alert(strategy, limit_buy(), market(Side.SELL, percent="-100"))
    world.claim_only(signal)

    recover(world)

    close, entry = sorted(orders_of(signal), key=lambda order: order.order_type, reverse=True)
    assert (close.order_type, close.status, close.error_code) == ("MARKET", "DENIED", "INTERRUPTED")
    assert (entry.order_type, entry.status) == ("LIMIT", "SUBMITTED")
    assert entry.outcome_unknown_since is not None
    assert is_settled(signal.pk)
    assert world.venue_orders() == []


def test_an_order_that_left_before_the_crash_is_found_and_not_sent_again(world: World) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1", account)
    signal = world.alert(strategy, market(Side.BUY, quantity="0.01"))
    world.execute(signal)
    world.forget_answers(signal)

    recover(world)
    world.look_up()

    (order,) = orders_of(signal)
    assert (order.status, order.filled_quantity) == ("FILLED", Decimal("0.01"))
    assert position_of(strategy, account) == Decimal("0.00999")
    assert len(world.venue_orders()) == 1


@pytest.mark.parametrize("seconds", [60, 90])
def test_work_of_a_worker_that_may_still_be_busy_is_left_alone(world: World, seconds: int) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    signal = world.alert(strategy, limit_buy(), received_at=_NOW)
    claim_without_work(signal, claimed_at=_NOW)

    sweeps.sweep_abandoned(now=_NOW + timedelta(seconds=seconds))

    assert not is_settled(signal.pk)


def test_work_that_cannot_be_closed_does_not_hold_up_what_comes_after(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    stuck = world.alert(strategy, limit_buy(), received_at=_NOW - timedelta(minutes=1))
    behind = world.alert(strategy, limit_buy(), received_at=_NOW)
    for signal in (stuck, behind):
        claim_without_work(signal, claimed_at=_NOW)
    with unwritable("orders_dispatch", f"settled_at IS NULL OR signal_id <> '{stuck.pk}'"):
        sweeps.sweep_abandoned(now=_NOW + timedelta(minutes=5))

    assert (is_settled(stuck.pk), is_settled(behind.pk)) == (False, True)


def test_work_long_past_its_time_is_closed(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    signal = world.alert(strategy, limit_buy(), received_at=_NOW)
    claim_without_work(signal, claimed_at=_NOW)

    sweeps.sweep_abandoned(now=_NOW + timedelta(seconds=91))

    assert is_settled(signal.pk)
    assert Order.objects.count() == 0
