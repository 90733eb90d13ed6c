"""`manage.py trading_state`."""

import io

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from accounts.tests.rows import make_account, superuser
from orders.tests.world import World, limit_buy
from orders.trading.tests.switches import work
from strategies.models import TradingRun, TradingSwitch
from strategies.tests.rows import make_strategy


def run(*arguments: str, **options: object) -> str:
    out = io.StringIO()
    call_command("trading_state", *arguments, stdout=out, **options)
    return out.getvalue()


@pytest.mark.django_db
def test_everything_is_halted_shown_and_resumed() -> None:
    superuser()

    fresh = run("show")
    halted = run("halted", "--reason", "night")
    shown = run("show")
    run("active")

    assert fresh == "Everything is ACTIVE.\n"
    assert halted.startswith("All trading: HALTED\n  done  Committed")
    assert shown.startswith("All trading is HALTED since ")
    assert "set by root: night" in shown
    assert run("show") == "Everything is ACTIVE.\n"


@pytest.mark.django_db
def test_whoever_resumes_is_told_what_is_still_stopped_the_strictest_first() -> None:
    superuser()
    alice = User.objects.create_user("alice")
    make_account(alice, "A1")
    make_strategy(alice, "test1")
    run("halted", "--strategy", "test1")
    run("reducing", "--account", "A1")
    run("halted")

    *run_lines, first, second = run("active").splitlines()

    assert run_lines[0] == "All trading: ACTIVE"
    assert first.startswith("Trading of strategy test1 is HALTED since ")
    assert second.startswith("Trading of account A1 is REDUCING since ")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("option", "name", "switch"),
    [
        ("--user", "alice", "Trading of user alice"),
        ("--account", "A1", "Trading of account A1"),
        ("--account", "alice/A1", "Trading of account A1"),
        ("--strategy", "test1", "Trading of strategy test1"),
    ],
)
def test_the_target_is_named(option: str, name: str, switch: str) -> None:
    superuser()
    alice = User.objects.create_user("alice")
    make_account(alice, "A1")
    make_strategy(alice, "test1")

    run("reducing", option, name)

    assert [str(row) for row in TradingSwitch.objects.all()] == [switch]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--user", "typo"), "There is no user typo."),
        (("--account", "typo"), "There is no account typo."),
        (("--account", "A1"), "Several accounts are named A1; write OWNER/A1."),
        (("--strategy", "typo"), "There is no strategy typo."),
        (("--by", "typo"), "There is no active user typo."),
        (("--by", "bob"), "You may switch yourself, your own accounts and your own strategies."),
    ],
)
def test_what_cannot_be_done_is_an_error_and_changes_nothing(
    arguments: tuple[str, ...], told: str
) -> None:
    superuser()
    for name in ("alice", "bob"):
        make_account(User.objects.create_user(name), "A1")

    with pytest.raises(CommandError) as error:
        run("halted", *arguments)

    assert str(error.value) == told
    assert not TradingSwitch.objects.exists()


def test_what_is_not_done_in_time_is_an_error_and_goes_on(world: World) -> None:
    superuser("somebody")
    world.trade(world.strategy("test1", world.account("A1")), limit_buy())

    with pytest.raises(CommandError, match="Not all of it is done yet"):
        run("halted", "--cancel", timeout=0)
    work(world)
    work(world)

    assert TradingRun.objects.get().ended_at is not None
    assert [row["status"] for row in world.venue_orders()] == ["CANCELED"]
