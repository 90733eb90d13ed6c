"""Whoever tries tokens is locked out; it costs nobody who has a valid one an alert."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings as project
from django.test import Client
from pytest_django import Settings

from strategies.models import Signal
from tradeplatform.lib.counters import share_of
from webhooks.models import Delivery
from webhooks.tests.conftest import Desk
from webhooks.tests.trading_rows import NOW
from webhooks.tokens import issue_token

pytestmark = pytest.mark.django_db

PATIENCE = range(1, 15 * 60 + 1)  # seconds


@pytest.fixture(autouse=True)
def three_are_too_many(settings: Settings) -> None:
    settings.WEBHOOK_BAD_TOKENS = 3


def guess(desk: Desk, times: int, **where: str) -> list[int]:
    """Try so many tokens; the statuses."""
    tries = [desk.alert(token=f"tpw_guess{number}") for number in range(times)]
    return [post(alert, **where).status_code for alert in tries]


def post(alert: dict[str, Any], *, address: str = "127.0.0.1", told: str = "") -> Any:
    return Client().post(
        "/api/webhook",
        alert,
        content_type="application/json",
        REMOTE_ADDR=address,
        headers={"X-Forwarded-For": told} if told else {},
    )


@pytest.mark.scenario(54)
def test_too_many_bad_tokens_lock_an_address_out(desk: Desk) -> None:
    statuses = guess(desk, 3)

    answer = desk.post(token="tpw_guess")

    assert statuses == [401, 401, 401]
    assert answer.status_code == 429
    assert answer.json()["error_code"] == "ADDRESS_LOCKED_OUT"
    assert "127.0.0.1" in answer.json()["error"]
    assert int(answer.headers["Retry-After"]) in PATIENCE
    assert Delivery.objects.filter(error_code="ADDRESS_LOCKED_OUT").count() == 1
    assert not Signal.objects.exists()


def test_a_valid_token_is_never_locked_out_by_others_guesses(desk: Desk) -> None:
    guess(desk, 4)

    never_seen_here = desk.post()

    assert never_seen_here.status_code == 202
    assert guess(desk, 1) == [429]


def test_another_address_is_not_locked_out(desk: Desk) -> None:
    guess(desk, 4)

    assert guess(desk, 1, address="203.0.113.9") == [401]


def test_another_address_of_the_same_ipv6_network_is(desk: Desk) -> None:
    guess(desk, 3, address="2001:db8::1")

    assert guess(desk, 1, address="2001:db8::ffff:2") == [429]
    assert guess(desk, 1, address="2001:db8:0:1::1") == [401]


@pytest.mark.scenario(56)
def test_a_forged_address_escapes_no_lock_out(desk: Desk) -> None:
    forged = [guess(desk, 1, told=f"203.0.113.{number}") for number in range(4)]

    assert forged == [[401], [401], [401], [429]]


def test_a_trusted_proxy_is_not_locked_out_for_its_clients(desk: Desk, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    guess(desk, 4, told="203.0.113.9")

    assert guess(desk, 1, told="203.0.113.9") == [429]
    assert guess(desk, 1, told="203.0.113.10") == [401]
    assert Delivery.objects.filter(remote_address="203.0.113.10").count() == 1


@pytest.mark.parametrize("path", ["/api/orders", "/api/signals/1"])
def test_tokens_are_not_tried_out_where_orders_are_read_either(desk: Desk, path: str) -> None:
    headers = {"Authorization": "Bearer tpw_guess"}

    answers = [Client().get(path, headers=headers) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert int(answers[-1].headers["Retry-After"]) in PATIENCE
    assert guess(desk, 1) == [429]


def test_strangers_who_are_counted_together_cost_a_valid_token_nothing(desk: Desk) -> None:
    address, twin = _counted_together()
    tokens = [desk.alert(token=f"tpw_guess{number}") for number in range(4)]

    guesses = [post(alert, address=twin).status_code for alert in tokens]
    stranger = post(desk.alert(token="tpw_guess"), address=address).status_code
    owner = post(desk.alert(), address=address).status_code

    assert (guesses, stranger, owner) == ([401, 401, 401, 429], 429, 202)


def _counted_together() -> tuple[str, str]:
    """Two networks that share a count: among a few thousand there are always some."""
    seen: dict[int, str] = {}
    for number in range(2**16):
        network = f"2001:db8:0:{number:x}::"
        if (share := share_of(network)) in seen:
            return seen[share], network
        seen[share] = network
    raise AssertionError("no two networks share a count")


def test_mistakes_other_than_the_token_lock_nobody_out(desk: Desk) -> None:
    statuses = [desk.send(b"no json").status_code for _ in range(5)]

    assert statuses == [400] * 5
    assert guess(desk, 1) == [401]


@pytest.mark.parametrize("token", [None, ""])
def test_no_token_at_all_is_no_guess(desk: Desk, token: str | None) -> None:
    alert = desk.alert(token=None) | ({} if token is None else {"token": token})

    sent = [desk.send(alert).status_code for _ in range(4)]
    read = [Client().get("/api/orders").status_code for _ in range(4)]

    assert (sent, read) == ([401] * 4, [401] * 4)
    assert guess(desk, 1) == [401]


def test_every_process_counts_the_same_bad_tokens(desk: Desk, settings: Settings) -> None:
    code = (
        "import django; django.setup();"
        "from webhooks.refusals import Reason, Refused;"
        "from webhooks.throttling import refusal_of_stranger;"
        "bad = Refused(Reason.TOKEN_INVALID, is_guess=True);"
        "[refusal_of_stranger(bad, address='127.0.0.1') for _ in range(3)]"
    )
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tradeplatform.settings",
        "REDIS_URL": settings.REDIS_URL,
    }

    subprocess.run([sys.executable, "-c", code], cwd=project.BASE_DIR, env=environment, check=True)

    assert guess(desk, 1) == [429]


def test_zero_locks_nobody_out(desk: Desk, settings: Settings) -> None:
    settings.WEBHOOK_BAD_TOKENS = 0

    assert set(guess(desk, 5)) == {401}


def test_a_token_that_was_rotated_is_a_bad_one(desk: Desk) -> None:
    guess(desk, 4)
    issue_token(user=desk.owner, now=NOW)

    assert desk.post().status_code == 429
