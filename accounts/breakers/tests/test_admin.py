"""Breakers in the admin: who sees and clears which, and what new credentials do."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from accounts.breakers import rows
from accounts.breakers.tests.open_ones import SPOT, make_open
from accounts.breakers.wording import what_to_do
from accounts.exchange.breaker import BreakerState, Reason
from accounts.exchange.findings import Scope
from accounts.models import Account, Breaker
from accounts.tests.pages import LIST, form, page
from accounts.tests.rows import make_account, superuser, trader

pytestmark = pytest.mark.django_db

BREAKERS = "/admin/accounts/breaker/"


@pytest.fixture
def main(client: Client) -> Account:
    """Alice's account; she is logged in."""
    alice = trader("alice")
    client.force_login(alice)
    return make_account(alice, "main")


def clear(client: Client, *breakers: Breaker) -> Any:
    chosen = [breaker.pk for breaker in breakers]
    return client.post(BREAKERS, {"action": "clear", "_selected_action": chosen}, follow=True)


def open_ones() -> set[int]:
    return set(Breaker.objects.filter(is_open=True).values_list("pk", flat=True))


def test_a_trader_sees_own_breakers_and_those_of_exchanges(client: Client, main: Account) -> None:
    others = make_account(User.objects.create_user("bob"), "bobs-account")
    make_open(main)
    make_open(others)
    make_open()

    seen = client.get(BREAKERS).context["cl"].result_list

    assert [row.account for row in seen] == [None, main]


def test_a_trader_clears_a_stop_of_an_own_account(client: Client, main: Account) -> None:
    stop = make_open(main)

    answer = clear(client, stop)

    stop.refresh_from_db()
    assert (stop.is_open, stop.reason, stop.message) == (False, "BAD_CREDENTIALS", "why")
    assert "1 breaker is cleared." in answer.content.decode()


def test_a_trader_does_not_clear_what_is_anothers_or_an_exchanges(
    client: Client, main: Account
) -> None:
    others = make_open(make_account(User.objects.create_user("bob"), "bobs-account"))
    venues = make_open()

    answer = clear(client, others, venues)

    assert open_ones() == {others.pk, venues.pk}
    assert "cleared by an administrator only" in answer.content.decode()


def test_a_superuser_clears_an_exchange(client: Client) -> None:
    client.force_login(superuser())
    venues = make_open()

    clear(client, venues)

    assert open_ones() == set()


def test_whoever_may_only_look_clears_nothing(client: Client, main: Account) -> None:
    stop = make_open(main)
    group = main.owner.groups.get()
    group.permissions.remove(group.permissions.get(codename="change_breaker"))

    clear(client, stop)

    assert open_ones() == {stop.pk}


def test_new_credentials_end_an_accounts_stop(client: Client, main: Account) -> None:
    make_open(main)
    kept = make_open()

    client.post(page(main), form(main.owner))

    assert open_ones() == {kept.pk}


def test_a_change_without_credentials_leaves_the_stop(client: Client, main: Account) -> None:
    stop = make_open(main)

    client.post(page(main), form(main.owner, name="renamed", api_key="", secret=""))

    assert Account.objects.get().name == "renamed"
    assert open_ones() == {stop.pk}


def test_the_list_of_accounts_says_which_is_stopped(client: Client, main: Account) -> None:
    make_account(main.owner, "healthy")
    stop = make_open(main)

    content = client.get(LIST).content.decode()

    assert content.count("Stopped") == 1
    assert f"{BREAKERS}{stop.pk}/change/" in content


def test_the_page_of_a_breaker_tells_why_and_until_when(client: Client, main: Account) -> None:
    pause = make_open(paused_until=timezone.now() + timedelta(seconds=90), message="Slow down.")

    content = client.get(f"{BREAKERS}{pause.pk}/change/").content.decode()

    assert "Slow down." in content
    assert "Paused" in content


def test_the_page_of_a_closed_breaker_tells_why_it_was_open(client: Client, main: Account) -> None:
    pause = make_open(main, paused_until=timezone.now(), message="Slow down.")
    rows.write(Scope(SPOT, main.pk), BreakerState(changed_at=timezone.now()))

    content = client.get(f"{BREAKERS}{pause.pk}/change/").content.decode()

    assert "Slow down." in content
    assert "Bad credentials" in content
    assert "Nothing: requests are sent again." in content


@pytest.mark.parametrize("reason", Reason)
def test_the_page_of_an_open_breaker_tells_what_to_do(
    client: Client, main: Account, reason: Reason
) -> None:
    stop = make_open(main, reason=reason.value)

    content = client.get(f"{BREAKERS}{stop.pk}/change/").content

    assert escape(str(what_to_do(stop))) in content.decode()


def test_the_list_says_what_a_breaker_is_and_what_to_do(client: Client, main: Account) -> None:
    content = client.get(BREAKERS).content.decode()

    assert "A breaker keeps requests from an exchange" in content


def test_the_page_of_a_stopped_account_tells_why(client: Client, main: Account) -> None:
    make_open(main, message="binance -2015: Invalid API-key")

    content = client.get(page(main)).content.decode()

    assert "binance -2015: Invalid API-key" in content


def test_the_list_of_accounts_tells_whose_exchange_is_paused(client: Client, main: Account) -> None:
    make_account(main.owner, "elsewhere", venue="okx")
    make_open(paused_until=timezone.now() + timedelta(minutes=1))

    content = client.get(LIST).content.decode()

    assert content.count("Exchange paused") == 1
