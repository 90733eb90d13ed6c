"""The front page counts what its user may see, and asks as little of a long history as of none."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.rows import make_account, superuser, trader
from orders.tests.rows import make_denied, make_order
from strategies.tests.rows import make_signal, make_strategy, subscribe
from webhooks.tests.delivery_rows import make_delivery, make_refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    return trader("alice")


def trade(owner: User, name: str) -> None:
    """An alert of this moment that led to one open and one denied order."""
    now = timezone.now()
    strategy = make_strategy(owner, name)
    subscription = subscribe(strategy, make_account(owner, name))
    signal = make_signal(strategy, owner)
    make_delivery(signal, received_at=now)
    make_order(subscription, signal, created_at=now)
    make_denied(subscription, signal)


def front(client: Client, user: User) -> Any:
    client.force_login(user)
    return client.get("/admin/").context


def figures(found: Any) -> list[tuple[str, int]]:
    return [(str(figure.title), figure.value) for figure in found]


def test_everybody_counts_their_own(client: Client, alice: User) -> None:
    trade(alice, "alices")
    trade(trader("bob"), "bobs")
    make_refusal(received_at=timezone.now())

    of_alice = front(client, alice)
    of_root = front(client, superuser())

    assert figures(of_alice["alerts"]) == [("Accepted", 1), ("Duplicate", 0), ("Refused", 0)]
    assert figures(of_root["alerts"]) == [("Accepted", 2), ("Duplicate", 0), ("Refused", 1)]
    assert (of_alice["open_orders"], of_root["open_orders"]) == (1, 2)
    assert [len(found["newest_orders"]["rows"]) for found in (of_alice, of_root)] == [2, 4]
    assert [found["accounts"][0].value for found in (of_alice, of_root)] == [1, 2]


def signals_behind(client: Client, url: str) -> set[Any]:
    return {dispatch.signal for dispatch in client.get(url).context["cl"].result_list}


def test_yesterdays_alerts_and_orders_are_not_todays(client: Client, alice: User) -> None:
    yesterday = timezone.now() - timedelta(days=1)
    strategy = make_strategy(alice, "trend")
    signal = make_signal(strategy, alice)
    make_delivery(signal, received_at=yesterday)
    make_order(subscribe(strategy, make_account(alice, "main")), signal, created_at=yesterday)

    found = front(client, alice)

    assert figures(found["alerts"])[0] == ("Accepted", 0)
    assert found["order_states"] == []
    assert found["last_alert_at"] == yesterday


def test_nothing_to_do_is_not_mentioned(client: Client, alice: User) -> None:
    trade(alice, "trend")

    content = front(client, alice)

    assert content["attention"] == []


def test_an_empty_installation_says_what_to_do(client: Client, alice: User) -> None:
    client.force_login(alice)

    content = client.get("/admin/").content.decode()

    assert "No alerts yet" in content
    assert "No accounts yet." in content


def test_staff_without_permissions_see_no_figures_and_no_links_that_are_refused(
    client: Client, alice: User
) -> None:
    trade(alice, "trend")
    alice.groups.clear()
    client.force_login(alice)

    content = client.get("/admin/").content.decode()

    assert "Ask for the group Traders" in content
    assert 'href="/admin/accounts/' not in content
    assert 'href="/admin/orders/' not in content
    assert 'href="/admin/webhooks/' not in content


def test_whoever_may_only_look_is_not_asked_to_add_an_account(client: Client, alice: User) -> None:
    alice.groups.clear()
    alice.user_permissions.add(Permission.objects.get(codename="view_account"))
    client.force_login(alice)

    content = client.get("/admin/").content.decode()

    assert "No accounts yet." in content
    assert "/admin/accounts/account/add/" not in content


def test_the_page_takes_as_many_queries_for_many_rows_as_for_one(
    client: Client, alice: User
) -> None:
    trade(alice, "first")
    client.force_login(alice)
    with CaptureQueriesContext(connection) as for_one:
        client.get("/admin/")
    for number in range(9):
        trade(alice, f"more-{number}")

    with CaptureQueriesContext(connection) as for_ten:
        client.get("/admin/")

    assert len(for_ten) == len(for_one)
