"""The durable write: all or nothing, known even when the network loses the COMMIT."""

import threading
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from orders.dispatching import open_signal
from orders.models import Dispatch
from strategies.intents import Action, Intent
from strategies.models import Signal
from strategies.tests.racing import until_somebody_waits
from webhooks.models import Delivery, Outcome
from webhooks.tests.conftest import Desk
from webhooks.tests.database_proxy import Loss, proxied_database

pytestmark = pytest.mark.django_db(transaction=True)

NOT_STORED = {
    "error_code": "STORE_UNAVAILABLE",
    "error": "The alert could not be stored, so nothing was ordered. Send again.",
}


def deliveries() -> list[tuple[str, int, str]]:
    rows = Delivery.objects.order_by("received_at")
    return list(rows.values_list("outcome", "http_status", "error_code"))


def assert_not_stored(response: Any) -> None:
    body = response.json()
    body.pop("delivery_id")
    assert (response.status_code, body) == (503, NOT_STORED)
    assert response.headers["Retry-After"] == "5"


@pytest.mark.scenario(10)
def test_a_commit_whose_answer_is_lost_is_found_and_accepted(desk: Desk) -> None:
    with proxied_database() as proxy:
        proxy.lose(Loss.ANSWER)

        response = desk.post()

    signal = Signal.objects.get()
    assert response.status_code == 202
    assert response.json()["signal_id"] == str(signal.pk)
    assert response.json()["warnings"] == []
    assert deliveries() == [(Outcome.ACCEPTED, 202, "")]
    assert signal.dispatches.count() == 1


def test_a_connection_lost_before_the_commit_is_refused_and_kept(desk: Desk) -> None:
    with proxied_database() as proxy:
        proxy.lose(Loss.WRITE)

        response = desk.post()

    assert_not_stored(response)
    assert not Signal.objects.exists()
    assert deliveries() == [(Outcome.REFUSED, 503, "STORE_UNAVAILABLE")]


def test_a_commit_that_never_arrived_is_refused_and_cannot_happen_later(desk: Desk) -> None:
    with proxied_database() as proxy:
        proxy.lose(Loss.COMMIT)

        response = desk.post()

    assert_not_stored(response)
    assert not Signal.objects.exists()
    assert deliveries() == [(Outcome.REFUSED, 503, "STORE_UNAVAILABLE")]


@pytest.mark.scenario(10)
def test_a_commit_nobody_can_look_up_is_not_called_failed(desk: Desk) -> None:
    """5xx would make the sender resend what may be stored: an order could double."""
    with proxied_database() as proxy:
        proxy.lose(Loss.ANSWER_AND_SERVER)

        response = desk.post()

    body = response.json()
    assert response.status_code == 202
    assert body["signal_id"] == str(Signal.objects.get().pk)
    assert body["warnings"] == [
        "The database did not confirm that it stored the alert. Look at status_url before you "
        "send it again."
    ]


def test_a_commit_nobody_can_look_up_may_be_sent_again_where_the_alert_has_an_id(
    desk: Desk,
) -> None:
    with proxied_database() as proxy:
        proxy.lose(Loss.ANSWER_AND_SERVER)

        refused = desk.post(alert_id="bar-1")
    again = desk.post(alert_id="bar-1")

    assert (refused.status_code, refused.json()["error_code"]) == (503, "STORE_UNCONFIRMED")
    assert again.json()["duplicate"] is True
    assert again.json()["signal_id"] == str(Signal.objects.get().pk)


def test_a_database_that_is_down_costs_a_503_and_no_order(desk: Desk) -> None:
    with proxied_database() as proxy:
        proxy.close()

        response = desk.post()
        broken = desk.send(b"no json")

    assert_not_stored(response)
    assert_not_stored(broken)
    assert deliveries() == []
    assert not Dispatch.objects.exists()


def test_a_write_the_database_refuses_is_a_503_and_is_kept(desk: Desk) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE orders_dispatch ADD CONSTRAINT nothing CHECK (shard < 0)")
    try:
        response = desk.post()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE orders_dispatch DROP CONSTRAINT nothing")

    assert_not_stored(response)
    assert not Signal.objects.exists()
    assert deliveries() == [(Outcome.REFUSED, 503, "STORE_UNAVAILABLE")]


def test_two_deliveries_of_one_key_at_once_are_one_signal(desk: Desk) -> None:
    """The second INSERT is made to wait for the first one's commit."""
    answers: list[Any] = []

    with transaction.atomic():
        first = open_signal(
            strategy=desk.strategy,
            sender=desk.owner,
            intents=[Intent(action=Action.CANCEL_ALL)],
            dedup_key="bar-1",
            received_at=timezone.now(),
        ).signal
        second = threading.Thread(target=_post_elsewhere, args=(desk, answers))
        second.start()
        until_somebody_waits()
    second.join(timeout=20)

    assert [answer.status_code for answer in answers] == [200]
    assert answers[0].json()["duplicate"] is True
    assert answers[0].json()["signal_id"] == str(first.pk)
    assert Signal.objects.count() == 1
    assert deliveries() == [(Outcome.DUPLICATE, 200, "")]


def test_many_deliveries_of_one_key_at_once_are_one_signal(desk: Desk) -> None:
    answers: list[Any] = []
    threads = [threading.Thread(target=_post_elsewhere, args=(desk, answers)) for _ in range(6)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)

    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 200, 202]
    assert Signal.objects.count() == 1
    assert Delivery.objects.filter(outcome=Outcome.DUPLICATE).count() == 5


def _post_elsewhere(desk: Desk, answers: list[Any]) -> None:
    try:
        answers.append(desk.post(alert_id="bar-1"))
    finally:
        connections.close_all()
