"""What became of a signal, shown to those it concerns and to nobody else."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from strategies.models import Signal, Strategy, Subscription
from webhooks.models import Delivery, Outcome
from webhooks.tests.conftest import Desk
from webhooks.tests.trading_rows import (
    NOW,
    accepted,
    denied,
    make_account,
    make_signal,
    person,
    settle,
    subscribe,
)

pytestmark = pytest.mark.django_db


class Public:
    """A public strategy with the owner's account A1 and a subscriber's B1."""

    def __init__(self, desk: Desk) -> None:
        self.strategy: Strategy = desk.strategy
        self.strategy.is_public = True
        self.strategy.save()
        self.subscriber, self.token = person("subscriber")
        self.first: Subscription = subscribe(desk.strategy, make_account(desk.owner, "A1"))
        self.second: Subscription = subscribe(desk.strategy, make_account(self.subscriber, "B1"))

    def traded(self, sender: User | None = None) -> Signal:
        signal = make_signal(self.strategy, sender)
        accepted(signal, self.first)
        denied(signal, self.second)
        settle(signal.pk)
        return signal


def look(signal_id: object, token: str) -> Any:
    return Client().get(f"/api/signals/{signal_id}", headers={"Authorization": f"Bearer {token}"})


def accounts_in(response: Any) -> list[str]:
    return [row["account_name"] for row in response.json()["results"]]


def test_the_owner_sees_every_account(desk: Desk) -> None:
    signal = Public(desk).traded()

    response = look(signal.pk, desk.token)

    body = response.json()
    assert response.status_code == 200
    assert accounts_in(response) == ["A1", "B1"]
    assert (body["action"], body["signal_id"], body["strategy"]) == (
        "orders_processed",
        str(signal.pk),
        "test1",
    )
    assert body["summary"] == {
        "total_accounts": 2,
        "successful_trades": 1,
        "failed_trades": 1,
        "pending_trades": 0,
    }


def test_a_subscriber_sees_the_own_accounts_rows_only(desk: Desk) -> None:
    public = Public(desk)

    response = look(public.traded().pk, public.token)

    assert accounts_in(response) == ["B1"]
    assert response.json()["summary"]["total_accounts"] == 1


def test_a_sender_sees_the_own_signal_before_it_touched_an_account(desk: Desk) -> None:
    public = Public(desk)
    signal = make_signal(public.strategy, public.subscriber)

    response = look(signal.pk, public.token)

    assert response.json()["action"] == "orders_accepted"
    assert response.json()["status_url"] == f"/api/signals/{signal.pk}"


@pytest.mark.parametrize("is_public", [True, False])
def test_a_foreign_signal_does_not_exist(desk: Desk, is_public: bool) -> None:
    desk.strategy.is_public = is_public
    desk.strategy.save()
    _, token = person("stranger")
    signal = make_signal(desk.strategy)
    accepted(signal, subscribe(desk.strategy, make_account(desk.owner, "A1")))

    foreign = look(signal.pk, token)
    unknown = look("8c1c8f0e-9d3c-4a51-8f43-0b1a2f6f2f55", token)
    no_id = look("1", token)

    assert foreign.status_code == unknown.status_code == no_id.status_code == 404
    assert foreign.json() == unknown.json() == no_id.json()
    assert foreign.json()["error_code"] == "SIGNAL_NOT_FOUND"


def test_a_parameter_is_refused_because_there_are_none(desk: Desk) -> None:
    signal = make_signal(desk.strategy)

    response = look(f"{signal.pk}?account=A1", desk.token)

    assert response.status_code == 400
    assert response.json() == {
        "error_code": "PARAMETER_UNKNOWN",
        "error": "There is no parameter account. This address takes no parameters.",
        "field": "account",
    }


def test_cancels_are_rows_too(desk: Desk) -> None:
    placing, canceling = make_signal(desk.strategy), make_signal(desk.strategy)
    order = accepted(placing, subscribe(desk.strategy, make_account(desk.owner, "A1")))
    order.cancel_signal = canceling
    order.status = "PENDING_CANCEL"
    order.save()

    response = look(canceling.pk, desk.token)

    assert [(row["status"], row["order_status"]) for row in response.json()["results"]] == [
        ("pending", "PENDING_CANCEL")
    ]


def test_a_cancel_that_found_nothing_is_told_to_those_who_know_the_alert(desk: Desk) -> None:
    public = Public(desk)
    signal = public.traded()
    signal.intents = [{"action": "CANCEL", "order_id": "777", "symbol": "BTC/USDT"}]
    signal.save()

    owners = look(signal.pk, desk.token).json()["results"]
    subscribers = look(signal.pk, public.token).json()["results"]

    assert [row.get("error_code") for row in owners] == [None, "BELOW_MINIMUM", "NOTHING_TO_CANCEL"]
    assert [row["error_code"] for row in subscribers] == ["BELOW_MINIMUM"]


def test_the_timings_are_those_of_the_delivery_that_opened_it(desk: Desk) -> None:
    signal = make_signal(desk.strategy)
    unanswered = look(signal.pk, desk.token)
    Delivery.objects.create(
        signal=signal,
        outcome=Outcome.ACCEPTED,
        http_status=200,
        received_at=NOW,
        validation_time_ms=Decimal("1.2"),
        preprocessing_time_ms=Decimal("3.4"),
        trade_processing_time_ms=Decimal("55.1"),
        total_processing_time_ms=Decimal("59.7"),
    )

    answered = look(signal.pk, desk.token)

    assert unanswered.json()["performance_metrics"] == {}
    assert answered.json()["performance_metrics"] == {
        "validation_time_ms": 1.2,
        "preprocessing_time_ms": 3.4,
        "trade_processing_time_ms": 55.1,
        "total_processing_time_ms": 59.7,
    }


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic {token}", "{token}"])
def test_without_a_valid_token_nothing_is_told(desk: Desk, header: str) -> None:
    signal = make_signal(desk.strategy)

    response = Client().get(
        f"/api/signals/{signal.pk}", headers={"Authorization": header.format(token=desk.token)}
    )

    assert response.status_code == 401
    assert response.json() == {
        "error_code": "TOKEN_INVALID",
        "error": "The token is missing or not valid.",
    }
    assert response.headers["WWW-Authenticate"] == "Bearer"
