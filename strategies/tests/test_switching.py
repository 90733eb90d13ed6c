"""Switching: who may, what is written, and that one wish is one run."""

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError

from accounts.tests.rows import make_account, superuser, trader
from strategies.models import TradingRun, TradingSwitch
from strategies.restraints import read_restraints
from strategies.switching import NotSwitched, Target, Wish, may_switch, switch
from strategies.tests.rows import NOON, make_strategy
from strategies.trading_states import RunAction, Scope, TradingState

pytestmark = pytest.mark.django_db

ACTIVE, REDUCING, HALTED = TradingState
EVERYTHING = Target(Scope.EVERYTHING)


def throw(
    person: User, target: Target, state: TradingState, action: RunAction = RunAction.NONE
) -> TradingRun:
    return switch(Wish(target, state, action, "why"), person=person, now=NOON)


def test_people_switch_themselves_their_accounts_and_their_strategies_only() -> None:
    alice, bob, root = trader("alice"), trader("bob"), superuser()
    targets = [
        EVERYTHING,
        Target(Scope.USER, alice.pk),
        Target(Scope.ACCOUNT, make_account(alice, "A1").pk),
        Target(Scope.STRATEGY, make_strategy(alice, "test1", is_public=True).pk),
    ]

    allowed = [[may_switch(person, target) for target in targets] for person in (alice, bob, root)]

    assert allowed == [[False, True, True, True], [False] * 4, [True] * 4]


def test_an_outsider_is_refused_and_nothing_is_written() -> None:
    alice, bob = trader("alice"), trader("bob")

    with pytest.raises(NotSwitched, match="your own accounts"):
        throw(bob, Target(Scope.USER, alice.pk), HALTED)

    assert not TradingSwitch.objects.exists()


def test_a_switch_says_who_when_and_why_and_each_throw_is_a_run() -> None:
    alice = trader("alice")
    target = Target(Scope.USER, alice.pk)
    throw(alice, target, REDUCING)

    run = throw(alice, target, HALTED)

    row = TradingSwitch.objects.get()
    assert (row.state, row.person, row.changed_at, row.reason) == ("HALTED", alice, NOON, "why")
    assert str(row) == "Trading of user alice"
    assert [(each.state, each.ended_at) for each in TradingRun.objects.order_by("id")] == [
        ("REDUCING", NOON),
        ("HALTED", None),
    ]
    assert run.switch == row


def test_the_same_wish_twice_is_one_run() -> None:
    root = superuser()
    wish = Wish(EVERYTHING, HALTED, RunAction.FLATTEN)

    first = switch(wish, person=root, now=NOON)
    second = switch(wish, person=root, now=NOON)

    assert first == second
    assert TradingRun.objects.count() == 1


def test_a_later_switch_takes_over_what_is_still_to_be_done() -> None:
    root = superuser()
    throw(root, EVERYTHING, HALTED, RunAction.FLATTEN)

    weaker = throw(root, EVERYTHING, REDUCING, RunAction.CANCEL)
    resumed = throw(root, EVERYTHING, ACTIVE)

    assert (weaker.action, resumed.action) == ("FLATTEN", "NONE")
    assert TradingRun.objects.filter(ended_at=None).get() == resumed


def test_resuming_cancels_and_closes_nothing() -> None:
    with pytest.raises(NotSwitched, match="Resuming"):
        throw(superuser(), EVERYTHING, ACTIVE, RunAction.CANCEL)


def test_what_a_superuser_has_stopped_only_a_superuser_changes() -> None:
    root, alice = superuser(), trader("alice")
    target = Target(Scope.USER, alice.pk)
    throw(root, target, HALTED)

    with pytest.raises(NotSwitched, match="root has set this"):
        throw(alice, target, ACTIVE)
    throw(root, target, ACTIVE)

    assert throw(alice, target, HALTED).person == alice


def test_reading_costs_one_query_while_all_is_active(
    django_assert_num_queries: object,
) -> None:
    throw(superuser(), EVERYTHING, ACTIVE)

    with django_assert_num_queries(1):  # type: ignore[operator]  # pytest-django's fixture
        restraints = read_restraints()

    assert restraints.on(owner_id=1, account_id=1, strategy_id=1) is None


def test_there_is_one_switch_of_everything_and_each_has_its_one_target() -> None:
    root = superuser()
    fields = {"state": "HALTED", "person": root, "changed_at": NOON}
    TradingSwitch.objects.create(scope="EVERYTHING", **fields)

    with pytest.raises(IntegrityError):
        TradingSwitch.objects.create(scope="EVERYTHING", **fields)


def test_a_scope_without_its_target_is_refused() -> None:
    fields = {"state": "HALTED", "person": superuser(), "changed_at": NOON}

    with pytest.raises(IntegrityError):
        TradingSwitch.objects.create(scope="ACCOUNT", **fields)
