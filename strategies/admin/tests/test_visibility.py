"""Everybody finds their own rows only, and a list costs the same however long it is."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from accounts.tests.rows import make_account, superuser, trader
from strategies.admin.tests.pages import (
    POSITIONS,
    SIGNALS,
    STRATEGIES,
    SUBSCRIPTIONS,
    attempts,
    change,
)
from strategies.tests.rows import make_position, make_signal, make_strategy, subscribe

pytestmark = pytest.mark.django_db


def test_a_trader_lists_own_strategies_only_not_even_public_ones(
    as_alice: Client, alice: User, bob: User
) -> None:
    make_strategy(alice, "alices-strategy")
    make_strategy(bob, "bobs-strategy", is_public=True)

    content = as_alice.get(STRATEGIES).content.decode()

    assert "alices-strategy" in content
    assert "bobs-strategy" not in content


def test_anothers_strategy_looks_as_if_it_did_not_exist(as_alice: Client, bob: User) -> None:
    foreign = make_strategy(bob, "bobs-strategy", is_public=True)

    seen = as_alice.get(change(STRATEGIES, foreign))
    changed = as_alice.post(change(STRATEGIES, foreign), {"name": "stolen"})

    assert (seen.status_code, changed.status_code) == (302, 302)
    foreign.refresh_from_db()
    assert foreign.name == "bobs-strategy"


def test_signals_are_their_senders_and_their_strategys_owners(
    as_alice: Client, alice: User, bob: User, account: Account
) -> None:
    public = make_strategy(bob, "bobs-strategy", is_public=True)
    subscribe(public, account)
    of_bob = make_signal(public, bob)
    of_alice = make_signal(public, alice)
    received = make_signal(make_strategy(alice, "alices-strategy"), bob)

    listed = as_alice.get(SIGNALS).context["cl"].result_list

    assert {signal.pk for signal in listed} == {of_alice.pk, received.pk}
    assert as_alice.get(change(SIGNALS, of_bob)).status_code == 302
    assert as_alice.get(change(SIGNALS, of_alice)).status_code == 200


def test_positions_are_seen_by_the_owners_of_account_and_strategy(
    client: Client, alice: User, bob: User, account: Account
) -> None:
    position = make_position(subscribe(make_strategy(bob, "shared", is_public=True), account))

    for user, status in ((alice, 200), (bob, 200), (trader("carol"), 302)):
        client.force_login(user)
        assert client.get(change(POSITIONS, position)).status_code == status


def test_filters_offer_own_rows_only(as_alice: Client, alice: User, bob: User) -> None:
    foreign = make_account(bob, "bobs-account")
    public = make_strategy(bob, "bobs-strategy", is_public=True)
    subscribe(public, make_account(alice, "alices-account"))
    subscribe(public, foreign)

    answer = as_alice.get(SUBSCRIPTIONS, {"account__id__exact": foreign.pk})

    assert list(answer.context["cl"].result_list) == []
    assert "bobs-account" not in answer.content.decode()


@pytest.mark.parametrize("path", [SIGNALS, POSITIONS])
def test_what_the_platform_writes_cannot_be_edited(
    client: Client, alice: User, account: Account, path: str
) -> None:
    strategy = make_strategy(alice, "trend")
    row = {
        SIGNALS: make_signal(strategy, alice),
        POSITIONS: make_position(subscribe(strategy, account)),
    }[path]
    client.force_login(superuser())

    assert attempts(client, path, row, symbol="ETH/USDT") == [403, 403, 403]
    assert client.get(change(path, row)).status_code == 200


@pytest.mark.parametrize("path", [STRATEGIES, SUBSCRIPTIONS, SIGNALS, POSITIONS])
def test_a_list_takes_as_many_queries_for_many_rows_as_for_one(
    as_alice: Client, alice: User, path: str
) -> None:
    def add(name: str) -> None:
        strategy = make_strategy(alice, name)
        make_signal(strategy, alice)
        make_position(subscribe(strategy, make_account(alice, name)))

    add("first")
    with CaptureQueriesContext(connection) as for_one:
        as_alice.get(path)
    for number in range(9):
        add(f"more-{number}")

    with CaptureQueriesContext(connection) as for_ten:
        as_alice.get(path)

    assert len(for_ten) == len(for_one)
