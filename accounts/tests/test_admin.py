"""The admin pages of accounts: own rows only, checks are asked for by POST."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from accounts.tests.broker import broker_away, nudges_in_broker
from accounts.tests.pages import ADD, CHECK, LIST, errors, form, page, texts
from accounts.tests.rows import make_account, superuser

pytestmark = pytest.mark.django_db


def test_a_trader_lists_only_own_accounts(as_alice: Client, alice: User, bob: User) -> None:
    make_account(alice, "alices-account")
    make_account(bob, "bobs-account")

    content = as_alice.get(LIST).content.decode()

    assert "alices-account" in content
    assert "bobs-account" not in content


def test_a_superuser_lists_everybodys(client: Client, alice: User, bob: User) -> None:
    make_account(alice, "alices-account")
    make_account(bob, "bobs-account")
    client.force_login(superuser())

    content = client.get(LIST).content.decode()

    assert "alices-account" in content
    assert "bobs-account" in content


@pytest.mark.parametrize("name", ["change", "delete", "history"])
def test_anothers_account_looks_as_if_it_did_not_exist(
    as_alice: Client, bob: User, name: str
) -> None:
    foreign = make_account(bob, "bobs-account")
    missing = Account(pk=foreign.pk + 1)

    seen = as_alice.get(page(foreign, name))
    changed = as_alice.post(page(foreign, name), {"name": "stolen", "post": "yes"})

    assert seen.status_code == as_alice.get(page(missing, name)).status_code != 200
    assert changed.status_code != 200
    assert Account.objects.get().name == "bobs-account"


def test_anothers_connection_is_not_checked(as_alice: Client, bob: User) -> None:
    foreign = make_account(bob, "bobs-account")
    nudges_in_broker(CHECK)

    answer = as_alice.post(page(foreign, "check_connection"))

    assert answer.status_code == 404
    assert nudges_in_broker(CHECK) == {}


def test_whoever_may_only_look_cannot_ask_for_a_check(client: Client, alice: User) -> None:
    account = make_account(alice, "main")
    alice.groups.clear()
    client.force_login(alice)

    answer = client.post(page(account, "check_connection"))

    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"venue": "upbit", "environment": "TESTNET"}, "environment"),
        ({"venue": "okx", "environment": "SANDBOX", "passphrase": "p"}, "environment"),
        ({"venue": "okx", "environment": "LIVE"}, "passphrase"),
        ({"passphrase": "p"}, "passphrase"),
        ({"venue": "nowhere"}, "venue"),
        ({"api_key": "", "secret": ""}, "api_key"),
    ],
)
def test_what_the_venue_does_not_have_is_refused(
    as_alice: Client, alice: User, changes: dict[str, str], field: str
) -> None:
    answer = as_alice.post(ADD, form(alice, **changes))

    assert field in errors(answer)
    assert not Account.objects.exists()


def test_a_trader_cannot_make_an_account_for_another(
    as_alice: Client, alice: User, bob: User
) -> None:
    answer = as_alice.post(ADD, {**form(alice), "owner": bob.pk})

    assert "owner" in errors(answer)
    assert not Account.objects.exists()
    assert "bob" not in as_alice.get(ADD).content.decode()


def test_a_name_is_taken_once_per_owner(as_alice: Client, alice: User) -> None:
    make_account(alice, "main")

    answer = as_alice.post(ADD, form(alice))

    assert "__all__" in errors(answer)
    assert Account.objects.count() == 1


def test_a_name_cannot_be_changed_to_a_taken_one(as_alice: Client, alice: User) -> None:
    make_account(alice, "main")
    other = make_account(alice, "other")

    answer = as_alice.post(page(other), {"name": "main", "is_active": "on"})

    assert errors(answer) == {"name": ["The owner has an account of this name already."]}


def test_an_account_never_moves(as_alice: Client, alice: User, bob: User) -> None:
    account = make_account(alice, "main")

    as_alice.post(page(account), form(bob, venue="okx", environment="LIVE", api_key="", secret=""))

    account.refresh_from_db()
    assert (account.owner, account.venue, account.environment) == (alice, "binance", "SANDBOX")


@pytest.mark.django_db(transaction=True)
def test_a_check_is_asked_for_by_post_only(as_alice: Client, alice: User) -> None:
    account = make_account(alice, "main")
    nudges_in_broker(CHECK)

    looked = as_alice.get(page(account, "check_connection"))
    nothing = nudges_in_broker(CHECK)
    asked = as_alice.post(page(account, "check_connection"))

    assert "Check the connection?" in looked.content.decode()
    assert "</html>" in looked.content.decode()
    assert nothing == {}
    assert asked.headers["Location"] == page(account)
    assert nudges_in_broker(CHECK) == {f"shard{account.pk % 2}": [account.pk]}


@pytest.mark.django_db(transaction=True)
def test_switching_an_account_on_has_its_key_looked_at(as_alice: Client, alice: User) -> None:
    account = make_account(alice, "main", is_active=False)
    nudges_in_broker(CHECK)

    as_alice.post(page(account), form(alice, api_key="", secret=""))

    assert nudges_in_broker(CHECK) == {f"shard{account.pk % 2}": [account.pk]}


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_the_user_is_told(as_alice: Client, alice: User) -> None:
    account = make_account(alice, "main")

    with broker_away():
        answer = as_alice.post(page(account, "check_connection"))

    assert texts(answer) == ["The connection was not checked: the message broker does not answer."]


def test_live_is_marked(as_alice: Client, alice: User) -> None:
    make_account(alice, "main", environment="LIVE")

    content = as_alice.get(LIST).content.decode()

    assert '<span class="inline-block' in content
    assert "bg-red-600 text-white" in content
    assert "Live money" in content


def test_the_list_takes_as_many_queries_for_many_accounts_as_for_one(
    as_alice: Client, alice: User
) -> None:
    make_account(alice, "first")
    with CaptureQueriesContext(connection) as for_one:
        as_alice.get(LIST)
    for number in range(9):
        make_account(alice, f"more-{number}")

    with CaptureQueriesContext(connection) as for_ten:
        as_alice.get(LIST)

    assert len(for_ten) == len(for_one)
