"""A refused alert is a missed order: its sender is told, and a flood of them tells little more."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from accounts.tests.rows import superuser
from strategies.tests.rows import NOON
from tradeplatform.notifications.collecting import collect
from tradeplatform.notifications.models import Channel, Notice
from tradeplatform.notifications.tests.rows import make_channel, texts, trading
from webhooks.models import AllowedAddress, Delivery
from webhooks.tests.delivery_rows import make_refusal
from webhooks.tokens import issue_token

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_counted")]


@pytest.fixture
def channel(alice: User) -> Channel:
    """Alice's, who has a strategy."""
    trading(alice)
    return make_channel(alice)


@pytest.fixture
def of_root() -> Channel:
    return make_channel(superuser())


def send(token: str, **fields: Any) -> int:
    alert = {"group_name": "test1", "token": token, "symbol": "BTC/USDT", "side": "buy", **fields}
    answer = Client().post("/api/webhook", json.dumps(alert), content_type="text/plain")
    return answer.status_code


def refuse(times: int, *, at: datetime = NOON, **fields: Any) -> None:
    usual = {"received_at": at, "error_code": "SIDE_UNKNOWN", "error_message": "side is up."}
    for _ in range(times):
        make_refusal(**usual | fields)


def test_the_sender_of_a_mistaken_alert_is_told(
    alice: User, channel: Channel, of_root: Channel
) -> None:
    token = issue_token(user=alice, now=NOON)

    status = send(token)
    collect(now=datetime.now(UTC))

    assert status == 400
    assert texts(channel) == ["An alert was refused, FIELD_MISSING: order_type is missing."]
    assert texts(of_root) == []


def test_a_sender_who_is_throttled_is_told(
    alice: User, channel: Channel, settings: Settings
) -> None:
    settings.WEBHOOK_TOKEN_LIMIT = 1
    token = issue_token(user=alice, now=NOON)
    refuse(1, at=datetime.now(UTC), sender=alice)

    statuses = [send(token, side="up") for _ in range(3)]
    collect(now=datetime.now(UTC))

    assert statuses == [400, 429, 429]
    assert [text.partition(":")[0] for text in texts(channel)][-1] == (
        "An alert was refused, TOKEN_THROTTLED"
    )


def test_a_sender_whose_address_is_not_allowed_is_told(alice: User, channel: Channel) -> None:
    AllowedAddress.objects.create(network="203.0.113.9", is_active=True)

    status = send(issue_token(user=alice, now=NOON))
    collect(now=datetime.now(UTC))

    assert status == 403
    assert "ADDRESS_NOT_ALLOWED: Alerts are not taken from 127.0.0.1" in texts(channel)[0]


def test_a_wrong_token_is_nobodys_so_superusers_are_told(
    channel: Channel, of_root: Channel
) -> None:
    status = send("tpw_mistyped")
    collect(now=datetime.now(UTC))

    assert status == 401
    assert texts(channel) == []
    assert texts(of_root) == [
        "An alert without a valid token was refused, TOKEN_INVALID from 127.0.0.1: "
        "The token is missing or not valid."
    ]


def test_a_flood_is_told_three_times_an_hour(alice: User, channel: Channel) -> None:
    for second, times in enumerate([1, 8, 1, 89, 1, 400]):
        refuse(times, sender=alice)
        collect(now=NOON + timedelta(seconds=second))

    assert texts(channel) == [
        "An alert was refused, SIDE_UNKNOWN: side is up.",
        "10 or more alerts were refused since 12:00 UTC, SIDE_UNKNOWN: side is up.",
        "100 or more alerts were refused since 12:00 UTC, SIDE_UNKNOWN: side is up.",
    ]


def test_many_at_once_are_told_once(alice: User, channel: Channel) -> None:
    refuse(40, sender=alice)

    collect(now=NOON)
    collect(now=NOON + timedelta(seconds=2))

    assert texts(channel) == [
        "10 or more alerts were refused since 12:00 UTC, SIDE_UNKNOWN: side is up."
    ]


def test_another_reason_and_another_hour_are_news(alice: User, channel: Channel) -> None:
    refuse(1, sender=alice)
    collect(now=NOON)
    refuse(1, sender=alice, error_code="FIELD_MISSING", error_message="price is missing.")
    collect(now=NOON + timedelta(seconds=2))
    refuse(1, sender=alice, at=NOON + timedelta(hours=1))
    collect(now=NOON + timedelta(hours=1))
    collect(now=NOON + timedelta(hours=9))

    assert [text.partition(":")[0] for text in texts(channel)] == [
        "An alert was refused, SIDE_UNKNOWN",
        "An alert was refused, FIELD_MISSING",
        "An alert was refused, SIDE_UNKNOWN",
    ]


def test_what_is_refused_at_the_end_of_an_hour_is_told_in_the_next(
    alice: User, channel: Channel
) -> None:
    refuse(1, sender=alice, at=NOON - timedelta(milliseconds=1))

    collect(now=NOON)

    assert len(texts(channel)) == 1


def test_strangers_from_many_addresses_are_one_piece_of_news(of_root: Channel) -> None:
    for number in range(12):
        refuse(1, remote_address=f"203.0.113.{number}", error_code="TOKEN_INVALID")

    collect(now=NOON)

    assert texts(of_root) == [
        "10 or more alerts without a valid token were refused since 12:00 UTC, TOKEN_INVALID from "
        "12 addresses: side is up."
    ]


def test_a_strangers_text_does_not_pass_for_lines_of_ours(of_root: Channel) -> None:
    refuse(1, error_message="group_name\nBought 1 BTC")

    collect(now=NOON)

    assert Notice.objects.get().text.count("\n") == 0
    assert Delivery.objects.get().error_message.count("\n") == 1
