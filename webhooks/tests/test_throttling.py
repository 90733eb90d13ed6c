"""A flood is refused and does not fill the disk; an honest burst and a dead Valkey cost nothing."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from strategies.models import Signal
from webhooks import throttling
from webhooks.models import Delivery
from webhooks.tests.conftest import Desk
from webhooks.tests.trading_rows import NOW, make_strategy, person
from webhooks.tokens import issue_token

pytestmark = pytest.mark.django_db

PATIENCE = range(1, 61)  # seconds


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> int:
    """Of a flood so many refusals are kept: few, so that a short one is a flood."""
    monkeypatch.setattr(throttling, "MOST_KEPT", 5)
    return throttling.MOST_KEPT


def assert_throttled(response: Any, code: str) -> None:
    assert response.status_code == 429
    assert response.json()["error_code"] == code
    assert int(response.headers["Retry-After"]) in PATIENCE
    assert f"Wait {response.headers['Retry-After']} s" in response.json()["error"]


def test_an_honest_burst_is_far_below_the_limits(settings: Settings) -> None:
    assert settings.WEBHOOK_TOKEN_LIMIT >= 5 * 1000


def test_more_alerts_than_a_token_may_send_are_refused(desk: Desk, settings: Settings) -> None:
    settings.WEBHOOK_TOKEN_LIMIT = 3

    answers = [desk.post() for _ in range(5)]

    assert [answer.status_code for answer in answers] == [202, 202, 202, 429, 429]
    assert_throttled(answers[-1], "TOKEN_THROTTLED")
    assert Signal.objects.count() == 3
    assert set(
        Delivery.objects.filter(error_code="TOKEN_THROTTLED").values_list("sender", flat=True)
    ) == {desk.owner.pk}


def test_one_senders_flood_leaves_the_others_alone(desk: Desk, settings: Settings) -> None:
    settings.WEBHOOK_TOKEN_LIMIT = 1
    other, token = person("other")
    strategy = make_strategy(other, "test2")
    desk.post()

    flooded = desk.post()
    served = desk.post(token=token, group_name=strategy.group_name)

    assert (flooded.status_code, served.status_code) == (429, 202)


def test_more_requests_than_strangers_may_send_from_an_address_are_refused(
    desk: Desk, settings: Settings
) -> None:
    settings.WEBHOOK_ADDRESS_LIMIT = 2
    desk.send(b"no json")
    desk.post(token="tpw_guess")

    junk, guess = desk.send(b"no json"), desk.post(token="tpw_guess")
    elsewhere = Client().post(
        "/api/webhook", "no json", content_type="text/plain", REMOTE_ADDR="203.0.113.9"
    )

    assert_throttled(junk, "ADDRESS_THROTTLED")
    assert_throttled(guess, "ADDRESS_THROTTLED")
    assert "127.0.0.1" in junk.json()["error"]
    assert elsewhere.status_code == 400


def test_a_flood_of_strangers_costs_a_valid_token_no_alert(desk: Desk, settings: Settings) -> None:
    settings.WEBHOOK_ADDRESS_LIMIT = 1
    flood = [desk.send(b"no json").status_code for _ in range(3)]

    served = desk.post()

    assert (flood, served.status_code) == ([400, 429, 429], 202)
    assert Signal.objects.count() == 1


def test_a_new_token_does_not_start_the_count_anew(desk: Desk, settings: Settings) -> None:
    settings.WEBHOOK_TOKEN_LIMIT = 1
    desk.post()

    renewed = desk.post(token=issue_token(user=desk.owner, now=NOW))

    assert_throttled(renewed, "TOKEN_THROTTLED")


def test_zero_is_no_limit(desk: Desk, settings: Settings) -> None:
    settings.WEBHOOK_TOKEN_LIMIT = settings.WEBHOOK_ADDRESS_LIMIT = 0

    assert [desk.post().status_code for _ in range(3)] == [202, 202, 202]


def test_of_a_flood_only_the_first_refusals_are_kept(
    desk: Desk, settings: Settings, kept: int
) -> None:
    settings.WEBHOOK_ADDRESS_LIMIT = 1

    answers = [desk.send(b"x" * 60_000) for _ in range(kept + 5)]

    assert all("delivery_id" in answer.json() for answer in answers[:kept])
    assert all("delivery_id" not in answer.json() for answer in answers[kept:])
    assert Delivery.objects.count() == kept
    assert {len(body) for body in Delivery.objects.values_list("body", flat=True)} == {4096}


def test_a_senders_own_flood_is_kept_whoever_else_floods(
    desk: Desk, settings: Settings, kept: int
) -> None:
    settings.WEBHOOK_TOKEN_LIMIT = 1
    for _ in range(kept + 1):
        desk.send(b"no json")
    desk.post()

    refused = desk.post()

    assert Delivery.objects.get(pk=refused.json()["delivery_id"]).sender == desk.owner


def test_an_alert_that_is_accepted_is_kept_however_many_were_refused(desk: Desk, kept: int) -> None:
    for _ in range(kept + 1):
        desk.send(b"no json")

    accepted, mistaken = desk.post(), desk.post(side="up")

    assert accepted.status_code == 202
    assert Delivery.objects.filter(pk=mistaken.json()["delivery_id"]).exists()


def test_without_valkey_every_alert_is_taken(desk: Desk, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.WEBHOOK_TOKEN_LIMIT = settings.WEBHOOK_ADDRESS_LIMIT = settings.WEBHOOK_BAD_TOKENS = 1
    refused = [desk.post(token="wrong").status_code for _ in range(3)]

    taken = [desk.post().status_code for _ in range(3)]

    assert (refused, taken) == ([401, 401, 401], [202, 202, 202])
    assert Delivery.objects.count() == 6
