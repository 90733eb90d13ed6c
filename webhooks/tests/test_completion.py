"""What a sender reads once the alert is stored."""

from uuid import UUID

import pytest
from pytest_django.fixtures import Settings

from orders.models import Dispatch
from strategies.models import Signal
from webhooks.models import Delivery, Outcome
from webhooks.tests.conftest import Desk
from webhooks.tests.trading_rows import (
    accepted,
    denied,
    make_account,
    person,
    settle,
    subscribe,
)

pytestmark = pytest.mark.django_db

DUPLICATE = "The same alert_id or Idempotency-Key came before: this alert was not executed again."


def test_an_alert_whose_accounts_are_at_work_is_answered_202(desk: Desk) -> None:
    response = desk.post()

    signal = Signal.objects.get()
    body = response.json()
    metrics = body.pop("performance_metrics")
    assert response.status_code == 202
    assert body == {
        "action": "orders_accepted",
        "signal_id": str(signal.pk),
        "strategy": "test1",
        "results": [],
        "summary": {
            "total_accounts": 0,
            "successful_trades": 0,
            "failed_trades": 0,
            "pending_trades": 0,
        },
        "warnings": [],
        "status_url": f"/api/signals/{signal.pk}",
    }
    assert list(metrics) == [
        "validation_time_ms",
        "preprocessing_time_ms",
        "trade_processing_time_ms",
        "total_processing_time_ms",
    ]
    assert all(isinstance(value, float) for value in metrics.values())


def test_a_repeated_key_is_answered_200_with_the_first_result(desk: Desk) -> None:
    stranger, _ = person("stranger")
    first = desk.post(alert_id="bar-1").json()
    signal = Signal.objects.get()
    resting = accepted(signal, subscribe(desk.strategy, make_account(desk.owner, "A1")))
    denied(signal, subscribe(desk.strategy, make_account(stranger, "A1")))
    settle(signal.pk)

    response = desk.send(desk.alert(), **{"Idempotency-Key": "bar-1"})

    body = response.json()
    assert response.status_code == 200
    assert body["duplicate"] is True
    assert body["action"] == "orders_processed"
    assert body["signal_id"] == first["signal_id"]
    assert body["results"] == [
        {
            "account_name": "A1",
            "symbol": "BTC/USDT",
            "side": "BUY",
            "is_close": False,
            "status": "success",
            "order_id": resting.venue_order_id,
            "client_order_id": resting.client_order_id,
            "order_status": "ACCEPTED",
        },
        {
            "account_name": "A1",
            "symbol": "BTC/USDT",
            "side": "BUY",
            "is_close": False,
            "status": "failed",
            "error_code": "BELOW_MINIMUM",
            "error": "0.00001 BTC is below the minimum 0.0001",
        },
    ]
    assert body["summary"] == {
        "total_accounts": 2,
        "successful_trades": 1,
        "failed_trades": 1,
        "pending_trades": 0,
    }
    assert body["warnings"] == [DUPLICATE]
    assert "status_url" not in body


def test_a_repeated_key_with_another_content_is_not_executed_and_says_so(desk: Desk) -> None:
    first = desk.post(alert_id="bar-1").json()

    body = desk.post(alert_id="bar-1", price="1").json()

    assert (body["duplicate"], body["signal_id"]) == (True, first["signal_id"])
    assert body["warnings"][0] == DUPLICATE
    assert body["warnings"][1].startswith("That one asked for something else: ")
    assert Signal.objects.count() == 1


def test_an_alert_that_no_account_is_subscribed_to_is_answered_with_that_at_once(
    desk: Desk,
) -> None:
    desk.strategy.subscriptions.all().delete()

    response = desk.post()

    body = response.json()
    assert (response.status_code, body["action"], body["results"]) == (200, "orders_processed", [])
    (warning,) = body["warnings"]
    assert warning.startswith("No active account")
    assert not Dispatch.objects.exists()


def test_a_duplicate_is_kept_as_one_and_starts_nothing(desk: Desk) -> None:
    desk.post(alert_id="bar-1")

    response = desk.post(alert_id="bar-1")

    signal = Signal.objects.get()
    assert response.status_code == 200
    assert response.json()["status_url"] == f"/api/signals/{signal.pk}"
    assert signal.dispatches.count() == 1
    assert list(
        Delivery.objects.order_by("received_at").values_list("outcome", "http_status", "signal")
    ) == [(Outcome.ACCEPTED, 202, signal.pk), (Outcome.DUPLICATE, 200, signal.pk)]


def test_keys_of_other_senders_and_alerts_without_a_key_are_no_duplicates(desk: Desk) -> None:
    subscriber, token = person("subscriber")
    desk.strategy.is_public = True
    desk.strategy.save()
    subscribe(desk.strategy, make_account(subscriber, "A1"))

    responses = [
        desk.post(alert_id="bar-1"),
        desk.post(alert_id="bar-1", token=token),
        desk.post(),
        desk.post(),
    ]

    assert [response.status_code for response in responses] == [202] * 4
    assert Signal.objects.count() == 4


def test_an_order_of_unknown_outcome_shows_the_id_to_look_for(desk: Desk) -> None:
    desk.post(alert_id="bar-1")
    signal = Signal.objects.get()
    order = accepted(
        signal,
        subscribe(desk.strategy, make_account(desk.owner, "A1")),
        status="SUBMITTED",
        venue_order_id="",
        answered_at=None,
        outcome_unknown_since=signal.received_at,
    )
    settle(signal.pk)

    row = desk.post(alert_id="bar-1").json()["results"][0]

    assert (row["status"], row["error_code"]) == ("pending", "OUTCOME_UNKNOWN")
    assert (row["client_order_id"], row["order_status"]) == (order.client_order_id, "SUBMITTED")


@pytest.mark.parametrize(
    ("order_type", "warning"),
    [
        ("MARKET", "No active account is subscribed to this strategy: nothing was ordered."),
        ("CANCEL_ALL_ORDER", "There was no open order in BTC/USDT left to cancel."),
    ],
)
def test_a_finished_alert_without_results_says_why(
    desk: Desk, order_type: str, warning: str
) -> None:
    is_cancel = order_type == "CANCEL_ALL_ORDER"
    alert = desk.alert(
        order_type=order_type, price=None, qty_per=None if is_cancel else 5, alert_id="bar-1"
    )
    desk.send(alert)
    settle(Signal.objects.get().pk)

    body = desk.send(alert).json()

    assert (body["results"], body["warnings"]) == ([], [DUPLICATE, warning])


def test_a_cancel_of_everything_that_finds_nothing_says_so(desk: Desk) -> None:
    alert = {
        "group_name": desk.strategy.group_name,
        "token": desk.token,
        "order_type": "CANCEL_ALL_ORDER",
        "alert_id": "bar-1",
    }
    desk.send(alert)
    settle(Signal.objects.get().pk)

    body = desk.send(alert).json()

    assert body["results"] == []
    assert body["warnings"] == [DUPLICATE, "There was no open order left to cancel."]


def test_a_cancel_tells_which_order_it_withdrew_before_it_was_sent(desk: Desk) -> None:
    subscription = subscribe(desk.strategy, make_account(desk.owner, "A1"))
    desk.post()
    waiting = Signal.objects.get()
    desk.post(alert_id="bar-1", order_type="CANCEL_ALL_ORDER")
    canceling = Signal.objects.exclude(pk=waiting.pk).get()
    code = "CANCELED_BEFORE_SENDING"
    order = denied(waiting, subscription, cancel_signal=canceling, error_code=code)
    settle(canceling.pk)

    body = desk.post(alert_id="bar-1", order_type="CANCEL_ALL_ORDER").json()

    assert body["results"] == [
        {
            "account_name": "A1",
            "symbol": "BTC/USDT",
            "side": "BUY",
            "is_close": False,
            "status": "success",
            "order_id": "",
            "client_order_id": order.client_order_id,
            "order_status": "DENIED",
        }
    ]


def test_a_cancel_that_finds_no_order_says_which(desk: Desk) -> None:
    orders = [{"order_type": "CANCEL", "order_id": name} for name in ("777", "888")]
    alert = {"group_name": desk.strategy.group_name, "token": desk.token, "alert_id": "bar-1"}
    desk.send({**alert, "orders": orders})
    settle(Signal.objects.get().pk)

    body = desk.send({**alert, "orders": orders}).json()

    assert body["results"] == [missed_cancel("777"), missed_cancel("888")]
    assert body["warnings"] == [DUPLICATE]
    assert body["summary"] == {
        "total_accounts": 0,
        "successful_trades": 0,
        "failed_trades": 2,
        "pending_trades": 0,
    }


def missed_cancel(order_id: str) -> dict[str, str]:
    return {
        "account_name": "",
        "symbol": "",
        "status": "failed",
        "order_id": order_id,
        "error_code": "NOTHING_TO_CANCEL",
        "error": f"No order {order_id} of this strategy was found to cancel.",
    }


def test_who_prefers_not_to_wait_is_answered_202_at_once(desk: Desk, settings: Settings) -> None:
    settings.WEBHOOK_WAIT_SECONDS = 3600

    response = desk.send(desk.alert(), Prefer="respond-async")

    assert response.status_code == 202
    assert response.headers["Preference-Applied"] == "respond-async"
    assert Signal.objects.filter(pk=UUID(response.json()["signal_id"])).exists()


def test_a_duplicate_is_answered_at_once_too(desk: Desk, settings: Settings) -> None:
    settings.WEBHOOK_WAIT_SECONDS = 3600
    desk.send(desk.alert(alert_id="bar-1"), Prefer="respond-async")

    response = desk.send(desk.alert(alert_id="bar-1"), Prefer="respond-async")

    assert response.status_code == 200
    assert response.json()["action"] == "orders_accepted"
