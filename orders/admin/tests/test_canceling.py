"""Canceling by hand: shown first, done by a confirmed POST, own orders only."""

from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.test import Client

from orders.admin.tests.scene import OPEN_ORDERS, ORDERS, Scene
from orders.models import Order, OrderEvent
from orders.tests.rows import make_denied
from strategies.admin.tests.pages import change

pytestmark = pytest.mark.django_db


def cancel(client: Client, *orders: Order, path: str = OPEN_ORDERS, **form: str) -> Any:
    """Run the list's action on these orders."""
    ids = [order.pk for order in orders]
    return client.post(path, {"action": "cancel_selected", ACTION_CHECKBOX_NAME: ids, **form})


def texts(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def status_of(order: Order) -> str:
    return Order.objects.get(pk=order.pk).status


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


def test_a_cancel_may_be_asked_for_again(client: Client, scene: Scene) -> None:
    order = scene.order()
    client.force_login(scene.alice)

    cancel(client, order, confirmed="yes")
    cancel(client, order, confirmed="yes")

    assert status_of(order) == "PENDING_CANCEL"
    assert OrderEvent.objects.filter(order=order).count() == 2


def test_a_person_marks_an_order_as_looked_at(client: Client, scene: Scene) -> None:
    order = scene.order()
    Order.objects.update(needs_attention=True)
    client.force_login(scene.alice)

    page = client.get(change(ORDERS, order)).content.decode()
    done = client.post(f"{ORDERS}{order.pk}/clear_attention_of_order/", {"_form_submitted": "on"})
    page_after = client.get(change(ORDERS, order)).content.decode()

    assert done.headers["HX-Redirect"] == change(ORDERS, order)
    assert not Order.objects.get(pk=order.pk).needs_attention
    assert OrderEvent.objects.get(order=order).reason == "looked at by alice"
    assert ("clear_attention_of_order" in page, "clear_attention_of_order" in page_after) == (
        True,
        False,
    )


def test_flagged_orders_are_marked_as_looked_at_together(client: Client, scene: Scene) -> None:
    scene.order()
    scene.order()
    Order.objects.update(needs_attention=True)
    quiet = scene.order()
    client.force_login(scene.alice)
    ids = list(Order.objects.values_list("pk", flat=True))

    form = {"action": "clear_attention_of_selected", ACTION_CHECKBOX_NAME: ids}
    answer = client.post(ORDERS, form)

    assert texts(answer) == ["2 orders are marked as looked at."]
    assert not Order.objects.filter(needs_attention=True).exists()
    assert not OrderEvent.objects.filter(order=quiet).exists()


def test_an_outsider_marks_nothing_as_looked_at(client: Client, scene: Scene) -> None:
    order = scene.order()
    Order.objects.update(needs_attention=True)
    client.force_login(scene.carol)

    form = {"action": "clear_attention_of_selected", ACTION_CHECKBOX_NAME: [order.pk]}
    client.post(ORDERS, form)
    in_dialog = client.post(
        f"{ORDERS}{order.pk}/clear_attention_of_order/", {"_form_submitted": "on"}
    )

    assert in_dialog.status_code == 404
    assert Order.objects.get(pk=order.pk).needs_attention


def test_a_person_writes_off_what_its_exchange_has_forgotten(client: Client, scene: Scene) -> None:
    order, known = scene.order(missed_look_ups=4), scene.order(missed_look_ups=3)
    client.force_login(scene.alice)
    path = f"{ORDERS}{order.pk}/write_off_order/"

    pages = [client.get(change(ORDERS, each)).content.decode() for each in (order, known)]
    asked = client.get(path).content.decode()
    done = client.post(path, {"_form_submitted": "on"})
    again = client.post(path, {"_form_submitted": "on"})

    assert ["write_off_order" in page for page in pages] == [True, False]
    assert "Write this order off?" in asked
    assert done.headers["HX-Redirect"] == change(ORDERS, order)
    assert status_of(order) == "CANCELED"
    assert OrderEvent.objects.get(order=order).reason == "written off by alice"
    assert texts(again)[-1] == "The exchange has told of it again."


def test_an_outsider_writes_nothing_off(client: Client, scene: Scene) -> None:
    order = scene.order(missed_look_ups=4)
    client.force_login(scene.carol)

    done = client.post(f"{ORDERS}{order.pk}/write_off_order/", {"_form_submitted": "on"})

    assert (done.status_code, status_of(order)) == (404, "ACCEPTED")


def test_an_order_that_does_not_exist_has_no_page_and_no_error(
    client: Client, scene: Scene
) -> None:
    client.force_login(scene.alice)

    statuses = [
        client.get(f"{path}{name}/change/").status_code
        for path in (ORDERS, OPEN_ORDERS)
        for name in ("999999", "abc")
    ]

    assert statuses == [302] * 4


def test_after_its_cancel_an_open_order_is_shown_where_it_stays(
    client: Client, scene: Scene
) -> None:
    order = scene.order()
    client.force_login(scene.alice)

    done = client.post(f"{OPEN_ORDERS}{order.pk}/cancel_order/", {"_form_submitted": "on"})

    assert done.headers["HX-Redirect"] == change(ORDERS, order)


def test_what_replaced_a_chosen_order_is_canceled(client: Client, scene: Scene) -> None:
    first = scene.order()
    client.force_login(scene.alice)
    cancel(client, first)
    Order.objects.filter(pk=first.pk).update(status="CANCELED", closed_at=first.created_at)
    second = scene.order(intent_index=first.intent_index, attempt=1, parent=first)

    cancel(client, first, confirmed="yes")

    assert (status_of(first), status_of(second)) == ("CANCELED", "PENDING_CANCEL")


def test_the_button_of_an_order_reaches_what_replaced_it(client: Client, scene: Scene) -> None:
    first = scene.order()
    client.force_login(scene.alice)
    Order.objects.filter(pk=first.pk).update(status="CANCELED", closed_at=first.created_at)
    second = scene.order(intent_index=first.intent_index, attempt=1, parent=first)

    client.post(f"{OPEN_ORDERS}{first.pk}/cancel_order/", {"_form_submitted": "on"})

    assert status_of(second) == "PENDING_CANCEL"
