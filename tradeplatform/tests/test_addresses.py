"""Who may open the addresses beside the admin's pages of rows: all there are stand in one table."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import URLResolver, get_resolver

from accounts.models import Account
from accounts.tests.rows import trader
from tradeplatform.tests.alices_desk import alices_rows, assert_tells_nothing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_counted")]


class For(StrEnum):
    EVERYBODY = "everybody"
    STAFF = "staff"
    TOKENS = "tokens"
    NOBODY = "nobody"


LISTS = "admin/^(?P<app_label>APPS)/$"
# The pattern, whom it is for, and an address of it that would tell of Alice if anything did.
ADDRESSES = {
    "": (For.EVERYBODY, "/"),
    "favicon.ico": (For.EVERYBODY, "/favicon.ico"),
    "admin/login/": (For.EVERYBODY, "/admin/login/"),
    "admin/logout/": (For.EVERYBODY, "/admin/logout/"),
    "admin/": (For.STAFF, "/admin/"),
    "admin/search/": (For.STAFF, "/admin/search/?s=lice"),
    "admin/password_change/": (For.STAFF, "/admin/password_change/"),
    "admin/password_change/done/": (For.STAFF, "/admin/password_change/done/"),
    "admin/autocomplete/": (
        For.STAFF,
        "/admin/autocomplete/?app_label=orders&model_name=order&field_name=account&term=lice",
    ),
    "admin/jsi18n/": (For.STAFF, "/admin/jsi18n/"),
    "admin/r/<path:content_type_id>/<path:object_id>/": (For.STAFF, "/admin/r/{kind}/{account}/"),
    LISTS: (For.STAFF, "/admin/accounts/"),
    "admin/(?P<url>.*)$": (For.STAFF, "/admin/nothing-is-here/"),
    "api/^webhook/?$": (For.TOKENS, "/api/webhook"),
    "api/^webhook/(?P<path_token>[^/]+)/?$": (For.TOKENS, "/api/webhook/tpw_guess"),
    "api/^signals/(?P<signal_id>[^/]+)/?$": (For.TOKENS, "/api/signals/{signal}"),
    "api/^orders/?$": (For.TOKENS, "/api/orders"),
    "api/^schema/?$": (For.EVERYBODY, "/api/schema"),
    "api/^docs/?$": (For.EVERYBODY, "/api/docs"),
    "api/": (For.NOBODY, "/api/order"),
}


def patterns(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, path)
        else:
            yield path


def beside_the_pages() -> set[str]:
    """Every pattern that belongs to no page of rows: test_outsiders walks those."""
    pages = tuple(
        f"admin/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry
    )
    labels = "|".join({model._meta.app_label: None for model in admin.site._registry})
    found = (path.replace(labels, "APPS") for path in patterns(get_resolver()))
    return {path for path in found if not path.startswith(pages)}


def addresses(who: For) -> list[str]:
    """Of these, with Alice's rows where rows are named."""
    rows = alices_rows()
    names = {
        "kind": ContentType.objects.get_for_model(Account).pk,
        "account": rows["accounts.Account"].pk,
        "signal": rows["strategies.Signal"].pk,
    }
    return [address.format(**names) for whose, address in ADDRESSES.values() if whose is who]


def statuses(client: Client, address: str) -> tuple[int, int]:
    answers: list[Any] = [
        client.get(address),
        client.post(address, "{}", content_type="application/json"),
    ]
    for answer in answers:
        assert_tells_nothing(answer, address)
    first, second = answers
    return first.status_code, second.status_code


def test_every_address_stands_in_the_table() -> None:
    assert beside_the_pages() == ADDRESSES.keys()


def test_a_stranger_is_sent_to_the_login_from_what_is_for_staff(client: Client) -> None:
    for address in addresses(For.STAFF):
        for answer in (client.get(address), client.post(address)):
            assert answer.headers["Location"].startswith("/admin/login/"), address


def test_a_stranger_without_a_token_is_refused_what_is_for_tokens(client: Client) -> None:
    for address in addresses(For.TOKENS):
        assert set(statuses(client, address)) == {401, 405}, address


def test_what_is_for_everybody_tells_nothing_of_anybody(client: Client) -> None:
    for address in addresses(For.EVERYBODY):
        assert statuses(client, address)[0] in (200, 302), address


def test_what_is_for_nobody_is_not_found(client: Client) -> None:
    for address in addresses(For.NOBODY):
        assert statuses(client, address) == (404, 404), address


def test_an_outsider_is_told_nothing_of_anothers(client: Client) -> None:
    found = addresses(For.STAFF)
    client.force_login(trader("bob"))

    for address in found:
        statuses(client, address)
