"""Credentials in the admin: entered, replaced as a whole, kept encrypted and never shown."""

import json

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client

from accounts.models import Account, Health
from accounts.tests.broker import nudges_in_broker
from accounts.tests.pages import ADD, CHECK, LIST, errors, form, page
from accounts.tests.rows import KEY, SECRET, make_account
from tradeplatform.lib.encryption import decrypt

pytestmark = pytest.mark.django_db


def credentials(account: Account) -> dict[str, str]:
    account.refresh_from_db()
    found: dict[str, str] = json.loads(decrypt(account.encrypted_credentials))
    return found


@pytest.mark.complaint(24)
def test_a_new_account_keeps_its_credentials_encrypted(as_alice: Client, alice: User) -> None:
    as_alice.post(ADD, form(alice))

    account = Account.objects.get()
    assert account.owner == alice
    assert credentials(account) == {"api_key": KEY, "secret": SECRET, "passphrase": ""}
    assert KEY not in account.encrypted_credentials


def test_credentials_are_never_rendered(as_alice: Client, alice: User) -> None:
    as_alice.post(ADD, form(alice))
    account = Account.objects.get()
    refused = as_alice.post(page(account), form(alice, name=""))

    pages = [
        refused,
        *(as_alice.get(url) for url in (LIST, page(account), page(account, "history"))),
    ]
    log = [entry.change_message for entry in LogEntry.objects.all()]

    assert errors(refused) == {"name": ["This field is required."]}
    for text in [*(answer.content.decode() for answer in pages), *log]:
        assert KEY not in text
        assert SECRET not in text
        assert account.encrypted_credentials not in text


def test_empty_credentials_keep_what_is_stored(as_alice: Client, alice: User) -> None:
    account = make_account(alice, "main")

    as_alice.post(page(account), {"name": "renamed", "is_active": "on"})

    account.refresh_from_db()
    assert account.name == "renamed"
    assert credentials(account)["secret"] == SECRET


@pytest.mark.django_db(transaction=True)
def test_new_credentials_replace_all_and_are_checked_anew(as_alice: Client, alice: User) -> None:
    account = make_account(alice, "main", health=Health.OK, health_message="Connected.")
    nudges_in_broker(CHECK)

    as_alice.post(page(account), {"name": "main", "api_key": "new-key", "secret": "new-secret"})

    account.refresh_from_db()
    assert credentials(account) == {"api_key": "new-key", "secret": "new-secret", "passphrase": ""}
    assert (account.health, account.health_message) == (Health.UNCHECKED, "")
    assert nudges_in_broker(CHECK) == {f"shard{account.pk % 2}": [account.pk]}


def test_half_a_set_of_credentials_is_refused(as_alice: Client, alice: User) -> None:
    account = make_account(alice, "main")

    answer = as_alice.post(page(account), {"name": "main", "api_key": "new-key"})

    assert errors(answer) == {"secret": ["Enter the complete set of credentials."]}
    assert credentials(account)["api_key"] == KEY


def test_the_stored_text_cannot_be_searched(as_alice: Client, alice: User) -> None:
    make_account(alice, "main")

    answer = as_alice.get(LIST, {"encrypted_credentials__startswith": "g"})

    assert answer.status_code == 400
