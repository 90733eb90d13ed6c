"""Hooks in the admin: who may name them, and how they are doing."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from accounts.tests.pages import errors
from accounts.tests.rows import superuser
from strategies.admin.tests.pages import STRATEGIES, change, strategy_form
from strategies.models import HookProgress, Strategy
from strategies.tests.rows import NOON, make_strategy

pytestmark = pytest.mark.django_db


def test_a_superuser_names_the_hooks_of_a_strategy(client: Client, alice: User) -> None:
    client.force_login(superuser())

    client.post(f"{STRATEGIES}add/", strategy_form(alice, hooks="strategies.examples.hedge.Hedge"))

    assert Strategy.objects.get().hooks == "strategies.examples.hedge.Hedge"


def test_hooks_outside_the_allowed_packages_are_refused(client: Client, alice: User) -> None:
    client.force_login(superuser())

    answer = client.post(f"{STRATEGIES}add/", strategy_form(alice, hooks="os.path.join"))

    assert errors(answer)["hooks"] == [
        "os.path.join is not inside one of HOOK_MODULES: strategies.examples."
    ]


def test_an_ordinary_user_can_neither_set_nor_change_hooks(as_alice: Client, alice: User) -> None:
    path = "strategies.examples.hedge.Hedge"
    strategy = make_strategy(alice, "kept", hooks=path)

    as_alice.post(f"{STRATEGIES}add/", strategy_form(alice, hooks=path))
    as_alice.post(change(STRATEGIES, strategy), strategy_form(alice, group_name="kept", hooks=""))

    assert Strategy.objects.get(group_name="trend").hooks == ""
    assert Strategy.objects.get(group_name="kept").hooks == path


def told(strategy: Strategy) -> HookProgress:
    return HookProgress.objects.create(
        strategy=strategy,
        hooks=f"{strategy.group_name}.Hooks",
        events={},
        fills={},
        marked_at=NOON,
        last_problem="on_fill: ValueError: as asked",
        last_problem_at=NOON,
        problem_count=2,
    )


def test_the_last_problem_of_the_hooks_is_shown(as_alice: Client, alice: User) -> None:
    strategy = make_strategy(alice, "coded")
    told(strategy)

    page = as_alice.get(change(STRATEGIES, strategy)).content.decode()

    assert "on_fill: ValueError: as asked (2)" in page


def test_a_trader_sees_how_the_own_hooks_are_doing(
    as_alice: Client, alice: User, bob: User
) -> None:
    told(make_strategy(alice, "alices"))
    told(make_strategy(bob, "bobs"))

    page = as_alice.get("/admin/strategies/hookprogress/").content.decode()

    assert "alices.Hooks" in page
    assert "bobs.Hooks" not in page
