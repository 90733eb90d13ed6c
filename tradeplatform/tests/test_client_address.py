"""Whose address a request bears: nobody is believed who is not trusted."""

import pytest
from django.conf import settings
from django.test import RequestFactory
from pytest_django import Settings

from tradeplatform.lib.client_address import client_address, is_in_networks, network_of

PROXY, INNER, CLIENT, LIAR = "10.0.0.1", "10.0.0.2", "203.0.113.9", "198.51.100.7"


@pytest.mark.parametrize(
    ("trusted", "peer", "told", "found"),
    [
        ([], CLIENT, "", CLIENT),
        ([], CLIENT, LIAR, CLIENT),
        ([PROXY], CLIENT, LIAR, CLIENT),
        ([PROXY], PROXY, CLIENT, CLIENT),
        ([PROXY], PROXY, f"{LIAR}, {CLIENT}", CLIENT),
        ([PROXY], PROXY, "", PROXY),
        ([PROXY], PROXY, "unknown", PROXY),
        ([PROXY], PROXY, f"{LIAR}, unknown", PROXY),
        (["10.0.0.0/8"], PROXY, f"{LIAR}, {CLIENT}, {INNER}", CLIENT),
        (["10.0.0.0/8"], PROXY, INNER, INNER),
        (["::ffff:10.0.0.1"], PROXY, f"{LIAR}, {CLIENT}", CLIENT),
        (["*"], PROXY, f"{LIAR}, {CLIENT}", CLIENT),
        (["*"], "", CLIENT, CLIENT),
        ([PROXY], "", CLIENT, None),
        ([], "fe80::1%eth0", "", "fe80::1"),
        ([], "::ffff:203.0.113.9", "", CLIENT),
        (["::1"], "::1", "2001:db8::5", "2001:db8::5"),
    ],
)
def test_a_forwarded_address_counts_as_far_as_its_writers_are_trusted(
    settings: Settings, trusted: list[str], peer: str, told: str, found: str | None
) -> None:
    settings.TRUSTED_PROXIES = trusted
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers={"X-Forwarded-For": told})

    assert client_address(request) == found


@pytest.mark.parametrize(
    ("address", "is_in"),
    [(CLIENT, True), ("203.0.114.1", False), ("2001:db8::5", False), (None, False), ("x", False)],
)
def test_an_address_is_in_a_network_or_not(address: str | None, is_in: bool) -> None:
    assert is_in_networks(address, ["10.0.0.0/8", "203.0.113.0/24"]) is is_in


def test_whoever_has_a_whole_network_is_one_sender() -> None:
    assert network_of("2001:db8::5") == network_of("2001:db8::ffff:1") == "2001:db8::"
    assert network_of("2001:db8:0:1::5") == "2001:db8:0:1::"
    assert network_of(CLIENT) == CLIENT


def test_the_proxy_of_the_readme_writes_down_who_sends() -> None:
    readme = (settings.BASE_DIR / "README.md").read_text()

    assert "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;" in readme
