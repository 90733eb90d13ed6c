"""Stored credentials get a new key while everything runs; a run may break off and be repeated."""

import json
import stat
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from accounts.models import Account
from accounts.tests.rows import KEY, SECRET, make_account, trader
from tradeplatform.key_rotation import LOCK, Column, encrypted_columns, renew
from tradeplatform.lib.encryption import decrypt, encrypt
from tradeplatform.lib.secret_file import add_secret, load_or_create_secret, secrets_in

pytestmark = pytest.mark.django_db


def run() -> str:
    out = StringIO()
    call_command("rotate_encryption_key", stdout=out)
    return out.getvalue()


def is_readable(account: Account) -> bool:
    account.refresh_from_db()
    stored = json.loads(decrypt(account.encrypted_credentials))
    return (stored["api_key"], stored["secret"]) == (KEY, SECRET)


@pytest.fixture
def key_file(settings: Settings, tmp_path: Path) -> Path:
    """The installation keeps its own key."""
    settings.ENCRYPTION_KEYS = []
    settings.ENCRYPTION_KEY_FILE = tmp_path / "encryption_key"
    load_or_create_secret(settings.ENCRYPTION_KEY_FILE)
    return tmp_path / "encryption_key"


def test_credentials_are_among_what_is_kept_encrypted() -> None:
    assert "accounts.Account.encrypted_credentials" in map(str, encrypted_columns())


def test_given_keys_the_first_takes_over(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = ["old"]
    alice = trader("alice")
    accounts = [make_account(alice, f"a{number}") for number in range(3)]
    settings.ENCRYPTION_KEYS = ["new", "old"]

    said = run()

    settings.ENCRYPTION_KEYS = ["new"]
    assert all(is_readable(account) for account in accounts)
    assert said.startswith("3 stored texts are now encrypted with the newest key.")
    assert "Leave the first of ENCRYPTION_KEYS only" in said


def test_repeating_changes_nothing(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = ["new", "old"]
    account = make_account(trader("alice"), "a")
    before = account.encrypted_credentials

    said = run()

    account.refresh_from_db()
    assert account.encrypted_credentials == before
    assert said.startswith("0 stored texts")


def test_the_installations_own_key_is_replaced_by_a_new_one(key_file: Path) -> None:
    account = make_account(trader("alice"), "a")
    (old,) = secrets_in(key_file)

    run()

    new, kept = secrets_in(key_file)
    assert (kept, stat.S_IMODE(key_file.stat().st_mode)) == (old, 0o600)
    assert new != old
    key_file.write_text(new)
    assert is_readable(account)


def test_a_broken_off_run_is_finished_with_the_key_that_it_made(key_file: Path) -> None:
    account = make_account(trader("alice"), "a")
    add_secret(key_file)  # as far as the first run came
    keys = secrets_in(key_file)

    run()

    assert secrets_in(key_file) == keys
    key_file.write_text(keys[0])
    assert is_readable(account)


def test_rotating_again_forgets_the_key_before_the_last(key_file: Path) -> None:
    account = make_account(trader("alice"), "a")
    (oldest,) = secrets_in(key_file)

    run()
    run()

    assert len(secrets_in(key_file)) == 2
    assert oldest not in secrets_in(key_file)
    assert is_readable(account)


def test_a_process_that_runs_reads_and_writes_on_with_the_new_key(key_file: Path) -> None:
    written_before = encrypt("text")

    add_secret(key_file)

    new, _ = secrets_in(key_file)
    written_after = encrypt("text")
    assert decrypt(written_before) == "text"
    key_file.write_text(new)
    assert decrypt(written_after) == "text"


def test_what_no_key_decrypts_is_named_and_left_alone(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = ["lost"]
    account = make_account(trader("alice"), "a")
    before = account.encrypted_credentials
    settings.ENCRYPTION_KEYS = ["new", "old"]
    readable = make_account(account.owner, "b")

    with pytest.raises(CommandError, match=rf"encrypted_credentials of row {account.pk}\. Put"):
        run()

    account.refresh_from_db()
    assert account.encrypted_credentials == before
    assert is_readable(readable)


def test_credentials_entered_meanwhile_stay(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = ["old"]
    account = make_account(trader("alice"), "a")
    read = account.encrypted_credentials
    settings.ENCRYPTION_KEYS = ["new", "old"]
    Account.objects.filter(pk=account.pk).update(encrypted_credentials=encrypt("entered"))

    changed = renew(Column(Account, "encrypted_credentials"), account.pk, token=read)

    account.refresh_from_db()
    assert changed == 0
    assert decrypt(account.encrypted_credentials) == "entered"


def test_a_second_run_at_once_is_refused(key_file: Path) -> None:
    account = make_account(trader("alice"), "a")
    keys = secrets_in(key_file)
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])

    with pytest.raises(CommandError, match="Another run is at work"):
        run()
    keys_meanwhile = secrets_in(key_file)
    other.close()  # as a kill of the other would; PostgreSQL lets go of the lock a moment later
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    run()

    assert keys_meanwhile == keys
    assert len(secrets_in(key_file)) == 2
    assert is_readable(account)


def test_a_run_that_is_killed_anywhere_leaves_every_row_readable(key_file: Path) -> None:
    accounts = [make_account(trader("alice"), "a"), make_account(trader("bob"), "b")]
    add_secret(key_file)
    column = Column(Account, "encrypted_credentials")
    renew(column, accounts[0].pk, token=accounts[0].encrypted_credentials)  # the first row only

    readable_meanwhile = [is_readable(account) for account in accounts]
    said = run()

    assert readable_meanwhile == [True, True]
    assert said.startswith("1 stored texts")
    assert all(is_readable(account) for account in accounts)
