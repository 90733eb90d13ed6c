"""The admin as a whole: every model has a page, every page opens, the web process stays light."""

import subprocess
import sys
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db.models import Model
from django.test import Client

import tradeplatform.urls  # noqa: F401  the admin knows its pages then
from accounts.tests.rows import make_account, superuser, trader
from tradeplatform.models import FailedLogin, RecoveryCode
from tradeplatform.notifications.models import Condition, Notifier
from webhooks.models import AllowedAddress

OURS = ("accounts", "strategies", "orders", "webhooks", "tradeplatform", "notifications")
# The notifier's own bookkeeping: what people are to see of it is on the front page. Of recovery
# codes only how many are left.
WITHOUT_A_PAGE = {Condition, Notifier, RecoveryCode}
FOR_SUPERUSERS = {AllowedAddress, FailedLogin}
REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)


def address(model: type[Model]) -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


def test_every_model_of_ours_has_a_page_or_a_place_on_one() -> None:
    models = {model for app in OURS for model in apps.get_app_config(app).get_models()}
    on_pages = {inline.model for page in admin.site._registry.values() for inline in page.inlines}

    assert models - set(REGISTERED) - on_pages == WITHOUT_A_PAGE


@pytest.mark.django_db
@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)
def test_a_superuser_opens_the_list_and_the_form(client: Client, model: type[Any]) -> None:
    client.force_login(superuser())

    listed = client.get(address(model))
    form = client.get(f"{address(model)}add/")

    assert listed.status_code == 200
    assert form.status_code in (200, 403)


@pytest.mark.django_db
@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)
def test_a_trader_opens_the_pages_of_trading_only(client: Client, model: type[Any]) -> None:
    client.force_login(trader("alice"))

    answer = client.get(address(model))

    may_open = model._meta.app_label in OURS and model not in FOR_SUPERUSERS
    assert answer.status_code == (200 if may_open else 403)


@pytest.mark.django_db
@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)
def test_a_stranger_is_sent_to_the_login(client: Client, model: type[Any]) -> None:
    answer = client.get(address(model))

    assert answer.headers["Location"].startswith("/admin/login/")


@pytest.mark.django_db
def test_related_look_ups_offer_own_rows_only(client: Client) -> None:
    make_account(trader("bob"), "bobs-account")
    client.force_login(trader("alice"))
    asked = {"app_label": "strategies", "model_name": "subscription", "field_name": "account"}

    answer = client.get("/admin/autocomplete/", {**asked, "term": "bob"})

    assert "bobs-account" not in answer.content.decode()


@pytest.mark.django_db
def test_the_sidebar_shows_what_the_user_may_view(client: Client) -> None:
    client.force_login(trader("alice"))

    content = client.get("/admin/").content.decode()

    assert 'href="/admin/orders/openorder/"' in content
    assert 'href="/admin/auth/user/"' not in content
    assert 'href="/admin/django_celery_beat/periodictask/"' not in content


@pytest.mark.django_db
def test_the_sidebar_names_the_page_of_hooks_as_the_page_does(client: Client) -> None:
    client.force_login(superuser())

    page = client.get("/admin/strategies/hookprogress/")

    names = [
        item["title"] for group in page.context["sidebar_navigation"] for item in group["items"]
    ]
    assert str(page.context["opts"].verbose_name_plural).capitalize() in names


@pytest.mark.django_db
def test_pages_are_in_the_one_language_there_is(client: Client) -> None:
    content = client.get("/admin/login/", headers={"Accept-Language": "ko"}).content.decode()

    assert '<html lang="en"' in content
    assert "Log in" in content


@pytest.mark.django_db
def test_the_login_page_names_an_icon_that_is_there(client: Client) -> None:
    content = client.get("/admin/login/").content.decode()
    implied = client.get("/favicon.ico", follow=True)

    assert 'href="/static/tradeplatform/favicon.svg"' in content
    assert client.get("/static/tradeplatform/favicon.svg").status_code == 200
    assert implied.headers["Content-Type"] == "image/svg+xml"


@pytest.mark.django_db
def test_a_page_spells_its_row_as_it_is(client: Client) -> None:
    account = make_account(superuser(), "lower-case")
    client.force_login(account.owner)

    content = client.get(f"{address(type(account))}{account.pk}/change/").content.decode()

    assert "Lower-case" not in content
    assert "lower-case" in content


def test_the_web_process_loads_no_exchange_client() -> None:
    script = (
        "import sys, django; django.setup();"
        "from django.urls import get_resolver; get_resolver().url_patterns;"
        "import tradeplatform.dashboard, tradeplatform.navigation;"
        "print([name for name in ('ccxt', 'aiohttp') if name in sys.modules])"
    )

    found = subprocess.run(
        [sys.executable, "-c", script],
        cwd=settings.BASE_DIR,
        env={
            "DJANGO_SETTINGS_MODULE": "tradeplatform.settings",
            "STATE_DIR": str(settings.STATE_DIR),
        },
        capture_output=True,
        text=True,
        check=True,
    )

    assert found.stdout.strip() == "[]"


@pytest.mark.django_db
def test_live_money_is_announced_on_every_page(client: Client) -> None:
    alice = trader("alice")
    make_account(trader("bob"), "bobs", environment="LIVE")
    before = client.get("/admin/login/").content.decode()
    client.force_login(alice)
    of_others = client.get("/admin/").content.decode()
    make_account(alice, "alices", environment="LIVE")

    of_own = client.get("/admin/").content.decode()

    assert "Live money" not in before
    assert "Play money only" in of_others
    assert "Live money" in of_own
