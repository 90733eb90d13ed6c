"""The admin pages of orders: read-only, own rows only."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.tests.rows import make_account, superuser
from orders.admin.tests.scene import (
    DISPATCHES,
    EVENTS,
    EXPIRIES,
    FILLS,
    OPEN_ORDERS,
    ORDERS,
    PAGES,
    Scene,
)
from orders.tests.rows import make_denied, make_event, make_fill
from strategies.admin.tests.pages import attempts, change
from strategies.tests.rows import NOON, make_signal, make_strategy, subscribe

pytestmark = pytest.mark.django_db

# --- Whose rows ---


@pytest.mark.parametrize("path", PAGES)
def test_an_outsider_finds_nothing(client: Client, scene: Scene, path: str) -> None:
    row = scene.rows()[path]
    client.force_login(scene.carol)

    listed = client.get(path)
    opened = client.get(change(path, row))

    assert list(listed.context["cl"].result_list) == []
    assert opened.status_code == 302
    assert "alices-account" not in listed.content.decode()
    assert "bobs-strategy" not in listed.content.decode()


@pytest.mark.parametrize("path", [ORDERS, OPEN_ORDERS, FILLS, EVENTS, EXPIRIES])
def test_owners_of_account_and_strategy_see_what_was_traded(
    client: Client, scene: Scene, path: str
) -> None:
    row = scene.rows()[path]

    for user in (scene.alice, scene.bob, superuser()):
        client.force_login(user)
        assert list(client.get(path).context["cl"].result_list) == [row]
        assert client.get(change(path, row)).status_code == 200


def test_an_orders_page_says_where_it_stands_and_how_to_leave_it(
    client: Client, scene: Scene
) -> None:
    order = scene.order()
    client.force_login(scene.alice)

    content = client.get(change(ORDERS, order)).content.decode()
    words = " ".join(re.sub(r"<[^>]+>", " ", content.partition("<h1")[2]).split())

    assert "2026-11-21 12:00:00 UTC" in words
    assert "Orders chevron_right Orders" not in words
    assert f"Orders chevron_right {order}" in words
    assert "Back to the list" in words
    assert " Close " not in words


def test_a_dispatch_is_seen_by_the_strategys_owner(client: Client, scene: Scene) -> None:
    row = scene.rows()[DISPATCHES]

    for user, status in ((scene.bob, 200), (scene.alice, 302)):
        client.force_login(user)
        assert client.get(change(DISPATCHES, row)).status_code == status


def test_a_subscriber_gets_no_link_to_the_owners_alert(client: Client, scene: Scene) -> None:
    order = scene.order()

    client.force_login(scene.alice)
    of_subscriber = client.get(change(ORDERS, order)).content.decode()
    client.force_login(scene.bob)
    of_owner = client.get(change(ORDERS, order)).content.decode()

    assert str(scene.signal.pk) not in of_subscriber
    assert f"/admin/strategies/signal/{scene.signal.pk}/change/" in of_owner


@pytest.mark.parametrize("path", PAGES)
def test_nobody_adds_changes_or_deletes(client: Client, scene: Scene, path: str) -> None:
    row = scene.rows()[path]
    client.force_login(superuser())

    assert attempts(client, path, row, symbol="ETH/USDT") == [403, 403, 403]


@pytest.mark.parametrize("name", ["signal__id__exact", "subscription__id__exact"])
def test_lists_that_link_here_are_let_in(client: Client, scene: Scene, name: str) -> None:
    order = scene.order()
    value = {"signal__id__exact": scene.signal, "subscription__id__exact": scene.subscription}
    client.force_login(scene.alice)

    answer = client.get(ORDERS, {name: value[name].pk})

    assert list(answer.context["cl"].result_list) == [order]


def test_others_columns_cannot_be_probed(client: Client, scene: Scene) -> None:
    scene.order()
    client.force_login(scene.bob)

    answer = client.get(ORDERS, {"account__encrypted_credentials__startswith": "g"})

    assert answer.status_code == 400


# --- What is shown ---


def test_open_orders_leave_out_what_has_ended(client: Client, scene: Scene) -> None:
    still_open = scene.order()
    make_denied(scene.subscription, scene.signal)
    client.force_login(scene.alice)

    listed = client.get(OPEN_ORDERS).context["cl"].result_list

    assert [order.pk for order in listed] == [still_open.pk]


def test_an_order_shows_its_numbers_fills_and_history(client: Client, scene: Scene) -> None:
    order = scene.order(filled_quantity="0.10", status="PARTIALLY_FILLED")
    make_fill(order)
    make_event(order)
    client.force_login(scene.alice)

    content = client.get(change(ORDERS, order)).content.decode()

    assert "SANDBOX" in content
    assert ">0.5<" in content
    assert "89999.5<" in content
    assert "answered" in content
    assert re.search(r"\.\d*0000", content) is None


@pytest.mark.parametrize("path", [ORDERS, "/admin/"])
def test_a_canceled_order_says_who_had_it_canceled(client: Client, scene: Scene, path: str) -> None:
    order = scene.order(status="CANCELED", closed_at=NOON)
    for status, reason in (
        ("PENDING_CANCEL", "canceled by root: All trading: HALTED"),
        ("PENDING_CANCEL", "the cancel failed"),
        ("CANCELED", "canceled at the exchange"),
    ):
        order.events.create(at=NOON, to_status=status, reason=reason)
    client.force_login(scene.bob)

    assert "canceled by root: All trading: HALTED" in client.get(path).content.decode()


def test_a_refused_order_says_why(client: Client, scene: Scene) -> None:
    order = make_denied(scene.subscription, scene.signal)
    client.force_login(scene.alice)

    listed = client.get(ORDERS).content.decode()
    opened = client.get(change(ORDERS, order)).content.decode()

    assert "0.00001 BTC is below the minimum 0.0001" in listed
    assert "0.00001 BTC is below the minimum 0.0001 (BELOW_MINIMUM)" in opened
    assert "Cancel order" not in opened


# --- Cost ---


@pytest.mark.parametrize("path", PAGES)
def test_a_list_takes_as_many_queries_for_many_rows_as_for_one(
    client: Client, scene: Scene, path: str
) -> None:
    client.force_login(scene.bob)
    scene.rows()
    with CaptureQueriesContext(connection) as for_one:
        client.get(path)
    for number in range(5):
        strategy = make_strategy(scene.bob, f"more-{number}")
        subscription = subscribe(strategy, make_account(scene.bob, f"more-{number}"))
        Scene(
            scene.alice, scene.bob, scene.carol, subscription, make_signal(strategy, scene.bob)
        ).rows()

    with CaptureQueriesContext(connection) as for_six:
        client.get(path)

    assert len(for_six) == len(for_one)


def test_an_order_takes_as_many_queries_for_many_events_as_for_one(
    client: Client, scene: Scene
) -> None:
    order = scene.order()
    make_event(order)
    client.force_login(scene.bob)
    with CaptureQueriesContext(connection) as for_one:
        client.get(change(ORDERS, order))
    for _ in range(5):
        make_event(order)

    with CaptureQueriesContext(connection) as for_six:
        client.get(change(ORDERS, order))

    assert len(for_six) == len(for_one)
