"""Whoever tries tokens is locked out, and nobody who is known from the same address."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings as project
from django.test import Client
from pytest_django import Settings

from strategies.models import Signal
from webhooks.models import Delivery
from webhooks.tests.conftest import Desk
from webhooks.tests.trading_rows import NOW
from webhooks.tokens import issue_token

pytestmark = pytest.mark.django_db

PATIENCE = range(1, 15 * 60 + 1)  # seconds


@pytest.fixture(autouse=True)
def three_are_too_many(settings: Settings) -> None:
    settings.WEBHOOK_BAD_TOKENS = 3


def guess(desk: Desk, times: int) -> list[Any]:
    return [desk.post(token=f"tpw_guess{number}") for number in range(times)]


def test_too_many_bad_tokens_lock_an_address_out(desk: Desk) -> None:
    answers = guess(desk, 4)

    stranger = desk.post()

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert stranger.status_code == 429
    assert stranger.json()["error_code"] == "ADDRESS_LOCKED_OUT"
    assert "127.0.0.1" in stranger.json()["error"]
    assert int(stranger.headers["Retry-After"]) in PATIENCE
    assert not Signal.objects.exists()
    assert Delivery.objects.filter(error_code="ADDRESS_LOCKED_OUT").count() == 2


def test_a_sender_who_is_known_from_there_is_not_locked_out(desk: Desk) -> None:
    desk.post()
    guess(desk, 4)

    assert desk.post().status_code == 202


def test_another_address_is_not_locked_out(desk: Desk) -> None:
    guess(desk, 4)

    answer = Client().post(
        "/api/webhook", desk.alert(), content_type="application/json", REMOTE_ADDR="203.0.113.9"
    )

    assert answer.status_code == 202


def test_a_trusted_proxy_is_not_locked_out_for_its_clients(desk: Desk, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    for _ in range(4):
        desk.send(desk.alert(token="tpw_guess"), **{"X-Forwarded-For": "203.0.113.9"})

    guesser = desk.send(desk.alert(), **{"X-Forwarded-For": "203.0.113.9"})
    other = desk.send(desk.alert(), **{"X-Forwarded-For": "203.0.113.10"})

    assert (guesser.status_code, other.status_code) == (429, 202)
    assert Delivery.objects.get(outcome="ACCEPTED").remote_address == "203.0.113.10"


@pytest.mark.parametrize("path", ["/api/orders", "/api/signals/1"])
def test_tokens_are_not_tried_out_where_orders_are_read_either(desk: Desk, path: str) -> None:
    headers = {"Authorization": "Bearer tpw_guess"}

    answers = [Client().get(path, headers=headers) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert int(answers[-1].headers["Retry-After"]) in PATIENCE
    assert desk.post().status_code == 429


def test_every_process_counts_the_same_bad_tokens(desk: Desk, settings: Settings) -> None:
    code = (
        "import django; django.setup();"
        "from webhooks.lockout import note_bad_token;"
        "[note_bad_token('127.0.0.1') for _ in range(3)]"
    )
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tradeplatform.settings",
        "REDIS_URL": settings.REDIS_URL,
    }

    subprocess.run([sys.executable, "-c", code], cwd=project.BASE_DIR, env=environment, check=True)

    assert desk.post().status_code == 429


def test_zero_locks_nobody_out(desk: Desk, settings: Settings) -> None:
    settings.WEBHOOK_BAD_TOKENS = 0

    assert {answer.status_code for answer in guess(desk, 5)} == {401}


def test_a_token_that_was_rotated_is_a_bad_one(desk: Desk) -> None:
    desk.post()
    guess(desk, 4)
    issue_token(user=desk.owner, now=NOW)

    assert desk.post().status_code == 401
