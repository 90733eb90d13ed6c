"""Settings that would trade wrongly or tell secrets are refused."""

import re
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.checks import WARNING
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import Settings

from accounts.tests.rows import make_account, trader
from tradeplatform.checks import (
    check_encryption_keys,
    check_secrets,
    check_settings,
    check_upgrade,
    refuse_guessable_secrets,
)
from tradeplatform.lib.environment import WrongValue


def ids() -> list[str | None]:
    return [message.id for message in check_settings()]


def test_the_defaults_are_accepted() -> None:
    assert ids() == []


def test_no_shard_is_refused(settings: Settings) -> None:
    settings.SHARDS = 0

    assert ids() == ["tradeplatform.E001"]


def test_no_time_for_an_exchange_is_refused(settings: Settings) -> None:
    settings.EXCHANGE_TIMEOUT_SECONDS = 0

    assert ids() == ["tradeplatform.E002"]


def test_waiting_may_not_take_every_web_thread(settings: Settings) -> None:
    settings.WEBHOOK_WAIT_SLOTS = settings.WEB_THREADS

    assert ids() == ["tradeplatform.E003"]


@pytest.mark.parametrize(
    "secret",
    ["changeme", "x" * 60, "Sesame", "django-insecure-" + "abcdefghijklmnop" * 3],
)
@pytest.mark.parametrize("name", ["SECRET_KEY", "ENCRYPTION_KEYS"])
def test_a_guessable_secret_is_refused_outside_the_demo(
    settings: Settings, name: str, secret: str
) -> None:
    setattr(settings, name, [secret] if name == "ENCRYPTION_KEYS" else secret)
    settings.DEMO = False

    with pytest.raises(WrongValue, match=rf"{name} is short, simple or an") as refusal:
        refuse_guessable_secrets()

    assert secret not in str(refusal.value)


def test_a_guessable_secret_is_warned_of_in_the_demo(settings: Settings) -> None:
    settings.SECRET_KEY = "changeme"
    settings.ENCRYPTION_KEYS = ["changeme"]

    refuse_guessable_secrets()
    warnings = check_secrets()

    assert [message.level for message in warnings] == [WARNING, WARNING]


def test_the_secrets_that_an_installation_makes_are_accepted(settings: Settings) -> None:
    settings.DEMO = False

    refuse_guessable_secrets()


@pytest.mark.parametrize(
    "command",
    [
        ["manage.py", "up"],
        ["-m", "celery", "-A", "tradeplatform", "worker"],
        ["-c", "import tradeplatform.wsgi"],  # as gunicorn does
    ],
)
def test_no_process_starts_with_a_default_secret(tmp_path: Path, command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=project.BASE_DIR,
        env={"STATE_DIR": str(tmp_path), "DEMO": "0", "SECRET_KEY": "changeme"},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode != 0
    assert "is short, simple or an example's" in done.stderr


@pytest.mark.django_db
def test_a_missing_encryption_key_stops_the_start(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = ["the key of before"]
    make_account(trader("alice"), "a")
    with_its_key = check_encryption_keys(databases=["default"])

    settings.ENCRYPTION_KEYS = ["a key of today"]
    without = check_encryption_keys(databases=["default"])

    assert with_its_key == []
    assert [message.id for message in without] == ["tradeplatform.E005"]


@pytest.mark.django_db
def test_an_empty_database_misses_no_key() -> None:
    assert check_encryption_keys(databases=["default"]) == []


@pytest.mark.django_db
def test_a_database_that_is_too_old_stops_the_start() -> None:
    recorder = MigrationRecorder(connection)

    as_it_is = check_upgrade(databases=["default"])
    recorder.record_unapplied("orders", "0012_parents")
    (too_old,) = check_upgrade(databases=["default"])

    assert as_it_is == []
    assert too_old.id == "tradeplatform.E008"
    assert "orders.0012_parents has not run" in too_old.msg


@pytest.mark.django_db
def test_what_the_supervisor_runs_refuses_a_database_that_is_too_old(tmp_path: Path) -> None:
    MigrationRecorder(connection).record_unapplied("orders", "0012_parents")

    with pytest.raises(SystemCheckError, match="E008"):
        call_command("demo", migrate=True, quickstart=tmp_path / "quickstart.json")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db
def test_an_empty_database_is_not_too_old() -> None:
    MigrationRecorder(connection).flush()

    assert check_upgrade(databases=["default"]) == []


def check_deploy(state_dir: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "DEBUG"],
        cwd=project.BASE_DIR,
        env={"STATE_DIR": str(state_dir), **environment},
        capture_output=True,
        text=True,
    )


def test_the_documented_settings_leave_nothing_to_complain_of_for_deployment(
    tmp_path: Path,
) -> None:
    (tmp_path / "secret_key").write_text(secrets.token_urlsafe(32))  # as long as they once were

    done = check_deploy(
        tmp_path,
        DEMO="0",
        HTTPS="1",
        ALLOWED_HOSTS="trade.example.com",
        TRUSTED_PROXIES="10.0.0.1",
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "no issues" in done.stdout


def test_a_deployment_with_the_defaults_is_warned_of_in_the_names_of_the_environment(
    tmp_path: Path,
) -> None:
    done = check_deploy(tmp_path)

    warned = re.findall(r"^\?: \((\S+)\) (\w+)", done.stderr, flags=re.MULTILINE)
    assert warned == [("tradeplatform.W006", "HTTPS"), ("tradeplatform.W007", "DEMO")]
    assert "SECURE_" not in done.stderr
