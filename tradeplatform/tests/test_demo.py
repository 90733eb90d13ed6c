"""The first-run demo at the running sandbox, and the file that tells how to use it."""

import http.client
import json
import logging
import stat
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from accounts.checking import check_account
from accounts.exchange import gateway
from accounts.models import Account, Health
from accounts.sandbox.process import SandboxProcess
from accounts.tests.broker import nudges_in_broker
from accounts.tests.rows import make_account, superuser
from strategies.models import Strategy, Subscription
from strategies.tests.rows import NOON
from tradeplatform.demo import ensure_demo
from tradeplatform.lib import loop
from tradeplatform.tests.logins import quick_passwords
from webhooks.tokens import issue_token, user_of

__all__ = ["quick_passwords"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_passwords")]

NOBODY_THERE = "http://127.0.0.1:9"


def run(path: Path) -> dict[str, Any]:
    """The file's content after `manage.py demo`."""
    call_command("demo", quickstart=path)
    told: dict[str, Any] = json.loads(path.read_text())
    return told


def test_an_empty_installation_gets_the_demo(fresh_sandbox: SandboxProcess) -> None:
    login = ensure_demo(sandbox_url=fresh_sandbox.url)

    assert login is not None
    operator = User.objects.get(username="operator")
    assert operator.is_superuser
    assert Client().login(username="operator", password=login.admin_password)
    assert user_of(login.token) == operator
    assert [(a.name, a.owner.username, a.environment) for a in Account.objects.all()] == [
        ("demo-1", "operator", "SANDBOX"),
        ("demo-2", "operator", "SANDBOX"),
        ("demo-3", "subscriber", "SANDBOX"),
    ]
    assert [
        (s.strategy.group_name, s.account.name, int(s.capital), s.leverage)
        for s in Subscription.objects.order_by("strategy__pk", "account__name")
    ] == [
        ("demo-spot", "demo-1", 10000, 1),
        ("demo-spot", "demo-2", 25000, 1),
        ("demo-spot", "demo-3", 50000, 1),
        ("demo-private", "demo-1", 5000, 1),
        ("demo-futures", "demo-1", 10000, 3),
        ("demo-futures", "demo-2", 10000, 3),
    ]
    assert [s.group_name for s in Strategy.objects.filter(is_public=True)] == ["demo-spot"]


def test_the_second_user_is_a_trader_without_a_password() -> None:
    ensure_demo(sandbox_url=NOBODY_THERE)

    subscriber = User.objects.get(username="subscriber")
    assert subscriber.is_staff
    assert not subscriber.is_superuser
    assert not subscriber.has_usable_password()
    assert subscriber.has_perm("orders.change_order")
    assert not subscriber.has_perm("auth.view_user")


def test_the_sandbox_accepts_the_demos_accounts(fresh_sandbox: SandboxProcess) -> None:
    ensure_demo(sandbox_url=fresh_sandbox.url)

    try:
        for account in Account.objects.all():
            check_account(account.pk, now=NOON)
    finally:
        loop.stop(drain_seconds=0, farewell=gateway.close())

    assert set(Account.objects.values_list("health", flat=True)) == {Health.OK}


def test_the_accounts_of_a_new_demo_are_checked_by_the_workers(
    fresh_sandbox: SandboxProcess,
) -> None:
    check = "accounts.check_connection"
    nudges_in_broker(check)  # takes out what others have left

    ensure_demo(sandbox_url=fresh_sandbox.url)
    first = nudges_in_broker(check)
    ensure_demo(sandbox_url=fresh_sandbox.url)

    assert sorted(chain.from_iterable(first.values())) == sorted(
        Account.objects.values_list("id", flat=True)
    )
    assert nudges_in_broker(check) == {}


def test_the_demo_is_made_once(fresh_sandbox: SandboxProcess) -> None:
    ensure_demo(sandbox_url=fresh_sandbox.url)

    again = ensure_demo(sandbox_url=fresh_sandbox.url)

    assert again is None
    assert (User.objects.count(), Account.objects.count(), Strategy.objects.count()) == (2, 3, 3)


def test_a_sandbox_that_forgot_everything_learns_the_accounts_again(
    fresh_sandbox: SandboxProcess,
) -> None:
    ensure_demo(sandbox_url=fresh_sandbox.url)
    connection = http.client.HTTPConnection(urlsplit(fresh_sandbox.url).netloc)
    connection.request("POST", "/sandbox/reset", body="{}")
    connection.getresponse()
    connection.close()

    ensure_demo(sandbox_url=fresh_sandbox.url)

    try:
        check_account(Account.objects.get(name="demo-3").pk, now=NOON)
    finally:
        loop.stop(drain_seconds=0, farewell=gateway.close())
    assert Account.objects.get(name="demo-3").health == Health.OK


def test_where_people_have_logins_nothing_is_made() -> None:
    superuser("somebody")

    login = ensure_demo(sandbox_url=NOBODY_THERE)

    assert login is None
    assert not Account.objects.exists()


def test_a_sandbox_that_does_not_answer_is_reported_and_not_fatal(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING, logger="tradeplatform.demo"):
        login = ensure_demo(sandbox_url=NOBODY_THERE)

    assert login is not None
    assert "The sandbox at http://127.0.0.1:9 did not take account demo-1" in caplog.text


def test_only_the_demos_own_accounts_are_told_to_the_sandbox(
    caplog: pytest.LogCaptureFixture,
) -> None:
    make_account(superuser("somebody"), "real", environment="LIVE")
    make_account(User.objects.create_user("operator"), "demo-1", environment="LIVE")

    with caplog.at_level(logging.WARNING, logger="tradeplatform.demo"):
        ensure_demo(sandbox_url=NOBODY_THERE)

    assert caplog.text == ""


def test_the_file_tells_how_to_start(fresh_sandbox: SandboxProcess, tmp_path: Path) -> None:
    path = tmp_path / "quickstart.json"
    path.write_text('{"admin_url": "http://127.0.0.1:8000/admin/"}')

    told = run(path)

    assert told["admin_url"] == "http://127.0.0.1:8000/admin/"
    assert told["admin_user"] == "operator"
    assert Client().login(username="operator", password=told["admin_password"])
    assert user_of(told["token"]) == User.objects.get(username="operator")
    assert told["group_names"] == ["demo-spot", "demo-private", "demo-futures"]
    assert path.read_text().endswith("}\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_later_starts_keep_what_the_file_says(
    fresh_sandbox: SandboxProcess, tmp_path: Path
) -> None:
    path = tmp_path / "quickstart.json"
    first = run(path)

    second = run(path)

    assert second == first


@pytest.mark.parametrize("demo", [True, False])
def test_a_token_that_was_renewed_is_left_out(
    fresh_sandbox: SandboxProcess, settings: Settings, tmp_path: Path, demo: bool
) -> None:
    path = tmp_path / "quickstart.json"
    before = run(path)
    issue_token(user=User.objects.get(username="operator"), now=NOON)
    settings.DEMO = demo

    after = run(path)

    assert before["token"] != ""
    assert after == {**before, "token": ""}


def test_a_password_that_was_changed_is_left_out(
    fresh_sandbox: SandboxProcess, tmp_path: Path
) -> None:
    path = tmp_path / "quickstart.json"
    before = run(path)
    operator = User.objects.get(username="operator")
    operator.set_password("another one")
    operator.save()

    after = run(path)

    assert before["admin_password"] != ""
    assert after == {**before, "admin_password": ""}


def test_a_file_of_another_database_is_not_believed(tmp_path: Path) -> None:
    superuser("somebody")
    path = tmp_path / "quickstart.json"
    path.write_text('{"admin_user": "operator", "token": "tpw_x", "group_names": ["demo-spot"]}')

    told = run(path)

    assert told == {"admin_user": "", "token": "", "group_names": [], "admin_password": ""}


def test_a_lost_file_comes_back_without_the_secrets(
    fresh_sandbox: SandboxProcess, tmp_path: Path
) -> None:
    path = tmp_path / "quickstart.json"
    run(path)
    path.unlink()

    told = run(path)

    assert told == {
        "admin_user": "operator",
        "admin_password": "",
        "token": "",
        "group_names": ["demo-spot", "demo-private", "demo-futures"],
    }


def test_without_the_demo_an_empty_installation_stays_empty(
    settings: Settings, tmp_path: Path
) -> None:
    settings.DEMO = False

    told = run(tmp_path / "quickstart.json")

    assert told == {"admin_user": "", "admin_password": "", "token": "", "group_names": []}
    assert not User.objects.exists()
