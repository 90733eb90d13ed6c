"""Once an address is allowed, alerts from all others are refused; before, none is."""

from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.tests.rows import superuser
from strategies.models import Signal
from webhooks.models import AllowedAddress, Delivery
from webhooks.tests.conftest import Desk

pytestmark = pytest.mark.django_db

TRADING_VIEW = ["34.212.75.30", "52.32.178.7", "52.89.214.238", "54.218.53.128"]


@pytest.fixture(autouse=True)
def rows_of_the_migration(db: None) -> None:
    """Tests that empty the database leave none behind."""
    AllowedAddress.objects.all().delete()
    migration = import_module("webhooks.migrations.0001_tables")
    migration.add_trading_view(apps, None)


def allow(network: str) -> None:
    AllowedAddress.objects.create(network=network, is_active=True)


def test_tradingviews_addresses_are_there_and_refuse_nobody(desk: Desk) -> None:
    rows = AllowedAddress.objects.filter(note="TradingView", is_active=False)

    assert list(rows.values_list("network", flat=True)) == TRADING_VIEW
    assert desk.post().status_code == 202


@pytest.mark.scenario(56)
def test_other_addresses_are_refused_by_name(desk: Desk) -> None:
    AllowedAddress.objects.update(is_active=True)

    answer = desk.post()

    assert answer.status_code == 403
    assert answer.json()["error_code"] == "ADDRESS_NOT_ALLOWED"
    assert "127.0.0.1" in answer.json()["error"]
    assert "TRUSTED_PROXIES" in answer.json()["error"]
    kept = Delivery.objects.get()
    assert (kept.error_code, kept.sender) == ("ADDRESS_NOT_ALLOWED", desk.owner)
    assert not Signal.objects.exists()


@pytest.mark.parametrize("body", [b"no json", b'{"token": "tpw_guess"}', b"x" * 70_000])
def test_a_stranger_elsewhere_is_told_nothing_else(desk: Desk, body: bytes) -> None:
    allow("203.0.113.9")

    assert desk.send(body).json()["error_code"] == "ADDRESS_NOT_ALLOWED"


@pytest.mark.parametrize("network", ["203.0.113.9", "203.0.113.0/24"])
def test_an_allowed_address_may_send(desk: Desk, network: str) -> None:
    allow(network)

    answer = Client().post(
        "/api/webhook", desk.alert(), content_type="application/json", REMOTE_ADDR="203.0.113.9"
    )

    assert answer.status_code == 202


@pytest.mark.parametrize("network", ["::ffff:203.0.113.9", "::ffff:203.0.113.0/120"])
def test_an_ipv4_address_may_be_written_as_ipv6(desk: Desk, network: str) -> None:
    allow(network)

    answers = [
        Client().post("/api/webhook", desk.alert(), "application/json", REMOTE_ADDR=address)
        for address in ("203.0.113.9", "::ffff:203.0.113.9", "203.0.114.9")
    ]

    assert [answer.status_code for answer in answers] == [202, 202, 403]


def test_orders_are_read_from_everywhere(desk: Desk) -> None:
    allow("203.0.113.9")

    answer = Client().get("/api/orders", headers={"Authorization": f"Bearer {desk.token}"})

    assert answer.status_code == 200


def test_an_address_with_host_bits_is_refused_with_the_network_that_is_meant() -> None:
    with pytest.raises(ValidationError) as refused:
        AllowedAddress(network="127.0.0.1/8").full_clean()

    assert refused.value.message_dict["network"] == [
        "127.0.0.1/8 has host bits set. Write 127.0.0.0/8 for the whole network, or 127.0.0.1 for "
        "that address alone."
    ]


@pytest.mark.parametrize("network", ["x", "1.2.3", "1.2.3.4 "])
def test_what_is_no_address_is_not_saved(network: str) -> None:
    with pytest.raises(ValidationError, match=r"52\.89\.214\.238"):
        AllowedAddress(network=network).full_clean()


def test_the_page_warns_of_senders_that_the_list_shuts_out(client: Client, desk: Desk) -> None:
    desk.post()
    desk.post(token="tpw_guess")
    client.force_login(superuser())
    page = "/admin/webhooks/allowedaddress/"

    while_off = client.get(page).content.decode()
    allow("203.0.113.9")
    while_on = client.get(page).content.decode()
    allow("127.0.0.1")
    once_allowed = client.get(page).content.decode()

    warning = "came from 127.0.0.1 this week; they are refused now"
    assert [warning in text for text in (while_off, while_on, once_allowed)] == [False, True, False]
    assert "TRUSTED_PROXIES" in while_on


def test_a_superuser_switches_tradingviews_addresses_on(client: Client) -> None:
    client.force_login(superuser())
    rows = list(AllowedAddress.objects.all())
    form = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": len(rows), "_save": "Save"}
    for number, row in enumerate(rows):
        form |= {
            f"form-{number}-id": row.pk,
            f"form-{number}-note": row.note,
            f"form-{number}-is_active": "on",
        }

    client.post("/admin/webhooks/allowedaddress/", form)

    assert AllowedAddress.objects.filter(is_active=True).count() == 4
