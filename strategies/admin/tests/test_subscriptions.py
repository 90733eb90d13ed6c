"""The pages of subscriptions: what cannot be traded is refused by the form."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from accounts.models import Account
from accounts.tests.pages import errors
from accounts.tests.rows import make_account, superuser
from strategies.admin.tests.pages import POSITIONS, SUBSCRIPTIONS, change
from strategies.models import Strategy, Subscription
from strategies.tests.rows import make_position, make_strategy, subscribe

pytestmark = pytest.mark.django_db


def subscription_form(strategy: Strategy, account: Account, **changes: Any) -> dict[str, Any]:
    return {
        "strategy": strategy.pk,
        "account": account.pk,
        "is_active": "on",
        "capital": "1000",
        "leverage": "1",
        **changes,
    }


def test_an_own_account_joins_anothers_public_strategy(
    as_alice: Client, bob: User, account: Account
) -> None:
    public = make_strategy(bob, "bobs-strategy", is_public=True)

    as_alice.post(f"{SUBSCRIPTIONS}add/", subscription_form(public, account))

    subscription = Subscription.objects.get()
    assert (subscription.strategy, subscription.account) == (public, account)


def test_neither_private_strategies_nor_accounts_of_others_can_be_chosen(
    as_alice: Client, bob: User, account: Account
) -> None:
    private = make_strategy(bob, "bobs-private")
    public = make_strategy(bob, "bobs-public", is_public=True)
    foreign = make_account(bob, "bobs-account")

    offered = as_alice.get(f"{SUBSCRIPTIONS}add/").content.decode()
    to_private = as_alice.post(f"{SUBSCRIPTIONS}add/", subscription_form(private, account))
    of_bob = as_alice.post(f"{SUBSCRIPTIONS}add/", subscription_form(public, foreign))

    assert "bobs-public" in offered
    assert "bobs-private" not in offered
    assert "bobs-account" not in offered
    assert "strategy" in errors(to_private)
    assert "account" in errors(of_bob)
    assert not Subscription.objects.exists()


def test_not_even_a_superuser_puts_anothers_account_on_a_private_strategy(
    client: Client, bob: User, account: Account
) -> None:
    private = make_strategy(bob, "bobs-private")
    client.force_login(superuser())

    answer = client.post(f"{SUBSCRIPTIONS}add/", subscription_form(private, account))

    assert errors(answer) == {
        "account": ["The strategy is private: only its owner's accounts trade it."]
    }


@pytest.mark.parametrize(
    ("strategy_fields", "account_fields", "changes", "field"),
    [
        ({"venue": "okx"}, {}, {}, "account"),
        ({"market_type": "FUTURES"}, {"venue": "upbit", "environment": "LIVE"}, {}, "account"),
        ({}, {}, {"leverage": "2"}, "leverage"),
        ({}, {}, {"leverage": "0"}, "leverage"),
        ({}, {}, {"capital": "0"}, "capital"),
        ({}, {}, {"max_symbols": "0"}, "max_symbols"),
    ],
)
def test_a_pair_that_cannot_trade_is_refused(
    as_alice: Client,
    alice: User,
    strategy_fields: dict[str, str],
    account_fields: dict[str, str],
    changes: dict[str, str],
    field: str,
) -> None:
    strategy = make_strategy(alice, "trend", **strategy_fields)
    account = make_account(alice, "main", **account_fields)

    answer = as_alice.post(f"{SUBSCRIPTIONS}add/", subscription_form(strategy, account, **changes))

    assert list(errors(answer)) == [field]
    assert not Subscription.objects.exists()


def test_futures_take_leverage(as_alice: Client, alice: User, account: Account) -> None:
    futures = make_strategy(alice, "futures", market_type="FUTURES")

    as_alice.post(f"{SUBSCRIPTIONS}add/", subscription_form(futures, account, leverage="3"))

    assert Subscription.objects.get().leverage == 3


def test_only_the_accounts_owner_changes_a_subscription(
    client: Client, alice: User, bob: User, account: Account
) -> None:
    subscription = subscribe(make_strategy(bob, "bobs-strategy", is_public=True), account)
    form = {"is_active": "on", "capital": "2500.50", "leverage": "1"}

    client.force_login(bob)
    of_bob = client.post(change(SUBSCRIPTIONS, subscription), {**form, "capital": "999999"})
    client.force_login(alice)
    client.post(change(SUBSCRIPTIONS, subscription), form)

    subscription.refresh_from_db()
    assert of_bob.status_code == 403
    assert str(subscription.capital.normalize()) == "2500.5"


def test_amounts_are_shown_without_trailing_zeros(
    as_alice: Client, alice: User, account: Account
) -> None:
    subscription = subscribe(make_strategy(alice, "trend"), account)
    make_position(subscription)

    form = as_alice.get(change(SUBSCRIPTIONS, subscription)).content.decode()
    positions = as_alice.get(POSITIONS).content.decode()

    assert 'value="1000"' in form
    assert ">0.5<" in positions
    assert "90000.1<" in positions
    assert "00000000" not in positions
