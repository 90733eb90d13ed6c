"""The admin pages of orders: read-only, own rows only, cancels asked for by a confirmed POST."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.tests.rows import make_account, superuser, trader
from orders.models import Order, OrderEvent
from orders.tests.rows import make_denied, make_dispatch, make_event, make_fill, make_order
from strategies.models import Signal, Subscription
from strategies.tests.rows import make_signal, make_strategy, subscribe

pytestmark = pytest.mark.django_db

ORDERS = "/admin/orders/order/"
OPEN_ORDERS = "/admin/orders/openorder/"
FILLS = "/admin/orders/fill/"
EVENTS = "/admin/orders/orderevent/"
DISPATCHES = "/admin/orders/dispatch/"
PAGES = [ORDERS, OPEN_ORDERS, FILLS, EVENTS, DISPATCHES]


@dataclass
class Scene:
    """Alice's account trades Bob's public strategy; Carol has nothing to do with it."""

    alice: User
    bob: User
    carol: User
    subscription: Subscription
    signal: Signal

    def order(self, **fields: Any) -> Order:
        return make_order(self.subscription, self.signal, **fields)

    def rows(self) -> dict[str, Any]:
        """One row for each page."""
        order = self.order()
        return {
            ORDERS: order,
            OPEN_ORDERS: order,
            FILLS: make_fill(order),
            EVENTS: make_event(order),
            DISPATCHES: make_dispatch(self.signal),
        }


@pytest.fixture
def scene() -> Scene:
    alice, bob, carol = trader("alice"), trader("bob"), trader("carol")
    strategy = make_strategy(bob, "bobs-strategy", is_public=True)
    subscription = subscribe(strategy, make_account(alice, "alices-account"))
    return Scene(alice, bob, carol, subscription, make_signal(strategy, bob))


def change(path: str, row: Any) -> str:
    return f"{path}{row.pk}/change/"


def cancel(client: Client, *orders: Order, path: str = OPEN_ORDERS, **form: str) -> Any:
    """Run the list's action on these orders."""
    ids = [order.pk for order in orders]
    return client.post(path, {"action": "cancel_selected", ACTION_CHECKBOX_NAME: ids, **form})


def texts(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def status_of(order: Order) -> str:
    return Order.objects.get(pk=order.pk).status


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


@pytest.mark.parametrize("path", [ORDERS, OPEN_ORDERS, FILLS, EVENTS])
def test_owners_of_account_and_strategy_see_what_was_traded(
    client: Client, scene: Scene, path: str
) -> None:
    row = scene.rows()[path]

    for user in (scene.alice, scene.bob, superuser()):
        client.force_login(user)
        assert list(client.get(path).context["cl"].result_list) == [row]
        assert client.get(change(path, row)).status_code == 200


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

    answers = [
        client.get(f"{path}add/"),
        client.post(change(path, row), {"symbol": "ETH/USDT"}),
        client.post(f"{path}{row.pk}/delete/", {"post": "yes"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]


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


def test_a_refused_order_says_why(client: Client, scene: Scene) -> None:
    order = make_denied(scene.subscription, scene.signal)
    client.force_login(scene.alice)

    listed = client.get(ORDERS).content.decode()
    opened = client.get(change(ORDERS, order)).content.decode()

    assert "0.00001 BTC is below the minimum 0.0001" in listed
    assert "0.00001 BTC is below the minimum 0.0001 (BELOW_MINIMUM)" in opened
    assert "Cancel order" not in opened


# --- Canceling ---


def test_the_first_step_only_shows_what_would_be_canceled(client: Client, scene: Scene) -> None:
    order = scene.order()
    client.force_login(scene.alice)

    answer = cancel(client, order)

    content = answer.content.decode()
    assert "Cancel this order?" in content
    assert f'name="{ACTION_CHECKBOX_NAME}" value="{order.pk}"' in content
    assert "SANDBOX" in content
    assert status_of(order) == "ACCEPTED"


def test_the_confirmed_step_asks_for_the_cancel(client: Client, scene: Scene) -> None:
    order = scene.order()
    closed = make_denied(scene.subscription, scene.signal)
    client.force_login(scene.alice)

    answer = cancel(client, order, closed, path=ORDERS, confirmed="yes")

    assert status_of(order) == "PENDING_CANCEL"
    assert status_of(closed) == "DENIED"
    assert OrderEvent.objects.get(order=order).reason == "canceled by alice in the admin"
    assert texts(answer) == [
        "1 order is being canceled. Its state tells when the exchange has done it."
    ]


def test_an_outsider_cancels_nothing(client: Client, scene: Scene) -> None:
    order = scene.order()
    client.force_login(scene.carol)

    cancel(client, order, confirmed="yes")
    cancel(client, order, path=ORDERS, confirmed="yes", select_across="1")
    in_dialog = client.post(f"{ORDERS}{order.pk}/cancel_order/", {"_form_submitted": "on"})

    assert in_dialog.status_code == 404
    assert status_of(order) == "ACCEPTED"


def test_whoever_may_only_look_cancels_nothing(client: Client, scene: Scene) -> None:
    order = scene.order()
    scene.alice.groups.clear()
    scene.alice.user_permissions.add(Permission.objects.get(codename="view_openorder"))
    client.force_login(scene.alice)

    cancel(client, order, confirmed="yes")
    in_dialog = client.post(f"{ORDERS}{order.pk}/cancel_order/", {"_form_submitted": "on"})

    assert in_dialog.status_code == 403
    assert status_of(order) == "ACCEPTED"


def test_the_button_of_one_order_asks_first(client: Client, scene: Scene) -> None:
    order = scene.order()
    client.force_login(scene.bob)

    asked = client.get(f"{ORDERS}{order.pk}/cancel_order/").content.decode()
    untouched = status_of(order)
    done = client.post(f"{ORDERS}{order.pk}/cancel_order/", {"_form_submitted": "on"})

    assert "Cancel this order?" in asked
    assert untouched == "ACCEPTED"
    assert done.headers["HX-Redirect"] == change(ORDERS, order)
    assert status_of(order) == "PENDING_CANCEL"


def test_what_has_ended_is_left_alone(client: Client, scene: Scene) -> None:
    order = make_denied(scene.subscription, scene.signal)
    client.force_login(scene.alice)

    answer = cancel(client, order, path=ORDERS, confirmed="yes")

    assert texts(answer) == ["None of these orders is open."]
    assert status_of(order) == "DENIED"


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
