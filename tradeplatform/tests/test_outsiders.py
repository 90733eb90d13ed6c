"""Nothing of Alice's is shown to or changed by an outsider, at any address there is.

The addresses are read from the admin itself, so that a page added later is walked as well;
test_addresses walks those beside its pages.
"""

import hashlib
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.models import Account
from accounts.tests.rows import trader
from orders.models import Order
from strategies.models import Signal, Strategy, Subscription
from strategies.tests.rows import NOON, make_strategy
from tradeplatform.tests.alices_desk import alices_rows, assert_tells_nothing, pages
from webhooks.tokens import issue_token

pytestmark = pytest.mark.django_db

# Logging in and walking leave traces here that are nobody's rows.
_OWN_TRACES = {"django_session", "django_admin_log"}
_FORM = {
    "post": "yes",
    "confirmed": "yes",
    "name": "stolen",
    "group_name": "stolen",
    "is_active": "",
    "capital": "1",
    "_save": "Save",
}


@pytest.fixture
def rows() -> dict[str, Model]:
    return alices_rows()


@pytest.fixture
def bob() -> User:
    """A trader who has nothing to do with Alice."""
    user = trader("bob")
    make_strategy(user, "bobs-strategy")
    return user


def database() -> dict[str, str]:
    """A digest of every table's rows."""
    with connection.cursor() as cursor:
        names = set(connection.introspection.table_names(cursor)) - _OWN_TRACES
        found = {}
        for name in sorted(names):
            cursor.execute(f'SELECT t::text FROM "{name}" t ORDER BY 1')  # noqa: S608  own names
            found[name] = hashlib.sha256(repr(cursor.fetchall()).encode()).hexdigest()
    return found


def addresses(page: Any, rows: dict[str, Model]) -> list[str]:
    """Every named address of a page, of Alice's row where it is of a row."""
    ids = {"strategy_id": rows["strategies.Strategy"].pk}
    row = rows[page.model._meta.label]
    return [
        reverse(
            f"admin:{pattern.name}",
            kwargs={name: ids.get(name, row.pk) for name in pattern.pattern.converters},
        )
        for pattern in page.get_urls()
        if pattern.name
    ]


def foreign_keys(rows: dict[str, Model]) -> dict[str, Any]:
    """Alice's rows, as a form that refers to rows would name them."""
    return {
        "owner": rows["auth.User"].pk,
        "user": rows["auth.User"].pk,
        "account": rows["accounts.Account"].pk,
        "strategy": rows["strategies.Strategy"].pk,
    }


def test_every_page_of_somebodys_rows_is_walked(rows: dict[str, Model]) -> None:
    assert {page.model._meta.label for page in pages()} == rows.keys()
    assert sum(len(addresses(page, rows)) for page in pages()) > 90


def test_her_own_pages_do_show_her_name(client: Client, rows: dict[str, Model]) -> None:
    """Else the others would prove nothing."""
    client.force_login(User.objects.get(username="alice"))

    answers = [
        client.get(reverse(f"admin:{name}_changelist")).content.decode().lower()
        for name in ("accounts_account", "orders_order", "webhooks_delivery", "orders_strayorder")
    ]

    assert all("alice" in answer for answer in answers)


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.model._meta.label)
def test_an_outsider_is_shown_nothing(
    client: Client, rows: dict[str, Model], bob: User, page: Any
) -> None:
    client.force_login(bob)

    for path in addresses(page, rows):
        assert_tells_nothing(client.get(path, {"q": "lice"}), path)
        assert_tells_nothing(client.get(path, follow=True), path)


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.model._meta.label)
def test_an_outsider_changes_nothing(
    client: Client, rows: dict[str, Model], bob: User, page: Any
) -> None:
    client.force_login(bob)
    before = database()

    for path in addresses(page, rows):
        assert_tells_nothing(client.post(path, _FORM | foreign_keys(rows)), path)

    after = database()
    changed = {name for name in after if after[name] != before[name]}
    # Bob rotates the one token that he may: his own, which he has not had yet.
    assert changed <= {"webhooks_webhooktoken"}
    assert (
        rows["webhooks.WebhookToken"]
        ._meta.model._default_manager.filter(pk=rows["webhooks.WebhookToken"].pk, revoked_at=None)
        .exists()
    )


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.model._meta.label)
def test_an_outsiders_actions_find_no_row(
    client: Client, rows: dict[str, Model], bob: User, page: Any, rf: Any
) -> None:
    client.force_login(bob)
    request = rf.get("/")
    request.user = bob
    row = rows[page.model._meta.label]
    path = reverse(f"admin:{row._meta.app_label}_{page.model._meta.model_name}_changelist")
    before = database()

    for name in {*page.get_actions(request), "delete_selected", *(page.actions or ())}:
        form = _FORM | {"action": name, "_selected_action": row.pk, "select_across": "1"}
        assert_tells_nothing(client.post(path, form), path)

    assert database() == before


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.model._meta.label)
def test_a_stranger_is_sent_to_the_login_from_everywhere(
    client: Client, rows: dict[str, Model], page: Any
) -> None:
    before = database()

    for path in addresses(page, rows):
        answers = [client.get(path), client.post(path, _FORM)]

        for answer in answers:
            assert answer.status_code == 302
            assert answer.headers["Location"].startswith("/admin/login/")
    assert database() == before


@pytest.mark.parametrize(
    "fields",
    [
        ("strategies", "subscription", "account"),
        ("strategies", "subscription", "strategy"),
        ("accounts", "account", "owner"),
    ],
)
def test_look_ups_offer_own_rows_only(
    client: Client, rows: dict[str, Model], bob: User, fields: tuple[str, str, str]
) -> None:
    client.force_login(bob)
    asked = dict(zip(("app_label", "model_name", "field_name"), fields, strict=True))

    answer = client.get("/admin/autocomplete/", {**asked, "term": "lice"})

    assert_tells_nothing(answer, "/admin/autocomplete/")


def test_the_api_tells_an_outsider_nothing(
    client: Client, rows: dict[str, Model], bob: User
) -> None:
    token = issue_token(user=bob, now=NOON)
    headers = {"Authorization": f"Bearer {token}"}
    signal = rows["strategies.Signal"].pk

    progress = client.get(f"/api/signals/{signal}", headers=headers)
    listed = client.get("/api/orders", headers=headers)
    asked_for = client.get("/api/orders?account=alices-account", headers=headers)
    strangers = [client.get(path) for path in (f"/api/signals/{signal}", "/api/orders")]

    assert progress.status_code == 404
    assert listed.json()["orders"] == asked_for.json()["orders"] == []
    assert [answer.status_code for answer in strangers] == [401, 401]


def test_the_webhook_acts_on_nothing_of_anothers(
    client: Client, rows: dict[str, Model], bob: User
) -> None:
    token = issue_token(user=bob, now=NOON)
    alert = {
        "token": token,
        "symbol": "BTC/USDT",
        "side": "buy",
        "order_type": "MARKET",
        "qty_per": 5,
    }
    cancel = {
        "token": token,
        "group_name": "bobs-strategy",
        "order_type": "CANCEL",
        "order_id": "tp-alices",
    }

    on_hers = client.post(
        "/api/webhook", alert | {"group_name": "alices-strategy"}, content_type="application/json"
    )
    client.post("/api/webhook", cancel, content_type="application/json")

    assert on_hers.json()["error_code"] == "STRATEGY_NOT_FOUND"
    assert Signal.objects.filter(strategy=rows["strategies.Strategy"].pk).count() == 1
    assert Order.objects.get().status == "ACCEPTED"


def test_nothing_can_be_made_in_anothers_name(
    client: Client, rows: dict[str, Model], bob: User
) -> None:
    client.force_login(bob)
    fields = foreign_keys(rows) | _FORM | {"venue": "binance", "environment": "SANDBOX"}
    fields |= {"api_key": "k", "secret": "s", "market_type": "SPOT", "leverage": "1"}

    for path in ("accounts/account", "strategies/strategy", "strategies/subscription"):
        client.post(f"/admin/{path}/add/", fields)

    alice = rows["auth.User"]
    assert [Account.objects.filter(owner=alice.pk).count(), Account.objects.count()] == [1, 1]
    assert Strategy.objects.filter(owner=alice.pk).count() == 1
    assert Subscription.objects.count() == 1
