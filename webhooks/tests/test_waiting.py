"""Answers wait for the accounts a short time, if a slot is free."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, connections
from pytest_django.fixtures import Settings

from strategies.models import Signal
from webhooks.models import Delivery, Outcome
from webhooks.tests.conftest import Desk
from webhooks.tests.trading_rows import accepted, make_account, settle, subscribe

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def in_another_thread(work: "Work") -> Iterator[None]:
    """Do the work beside the test, on a connection of its own."""

    def run() -> None:
        try:
            work.run()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    yield
    thread.join(timeout=20)


class Work:
    """Waits for the next signal, then does what a worker or a broken server would."""

    def __init__(self, desk: Desk) -> None:
        self.known = set(Signal.objects.values_list("pk", flat=True))
        self.subscription = subscribe(desk.strategy, make_account(desk.owner, "A1"))

    def run(self) -> None:
        for _ in range(2000):
            signal = Signal.objects.exclude(pk__in=self.known).first()
            if signal is not None:
                self.finish(signal)
                return
            threading.Event().wait(0.005)

    def finish(self, signal: Signal) -> None:
        accepted(signal, self.subscription)
        settle(signal.pk)


class Outage(Work):
    """Cuts the waiting request's connection to the database."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (self.backend,) = cursor.fetchone()

    def finish(self, signal: Signal) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [self.backend])


def test_accounts_that_are_quick_are_in_the_answer(desk: Desk, settings: Settings) -> None:
    settings.WEBHOOK_WAIT_SECONDS = 20

    with in_another_thread(Work(desk)):
        response = desk.post()

    body = response.json()
    assert response.status_code == 200
    assert (body["action"], body["warnings"]) == ("orders_processed", [])
    assert [(row["account_name"], row["status"]) for row in body["results"]] == [("A1", "success")]
    delivery = Delivery.objects.get()
    assert (delivery.outcome, delivery.http_status) == (Outcome.ACCEPTED, 200)
    metrics = {name: float(getattr(delivery, name)) for name in body["performance_metrics"]}
    assert metrics["validation_time_ms"] == body["performance_metrics"]["validation_time_ms"]
    assert metrics["preprocessing_time_ms"] == body["performance_metrics"]["preprocessing_time_ms"]


def test_a_slot_is_given_back_after_waiting_in_vain(desk: Desk, settings: Settings) -> None:
    settings.WEBHOOK_WAIT_SLOTS = 1
    settings.WEBHOOK_WAIT_SECONDS = 0.02
    in_vain = desk.post()
    settings.WEBHOOK_WAIT_SECONDS = 20

    with in_another_thread(Work(desk)):
        response = desk.post()

    assert (in_vain.status_code, response.status_code) == (202, 200)


def test_without_a_free_slot_nobody_waits(desk: Desk, settings: Settings) -> None:
    settings.WEBHOOK_WAIT_SECONDS = 3600
    settings.WEBHOOK_WAIT_SLOTS = 0

    response = desk.post()

    body = response.json()
    assert (response.status_code, body["results"]) == (202, [])
    assert body["status_url"] == f"/api/signals/{body['signal_id']}"


def test_a_database_that_goes_away_after_the_commit_is_no_error_to_the_sender(
    desk: Desk, settings: Settings
) -> None:
    settings.WEBHOOK_WAIT_SECONDS = 20

    with in_another_thread(Outage(desk)):
        response = desk.post()

    connection.close()
    body = response.json()
    signal = Signal.objects.get()
    assert response.status_code == 202
    assert (body["signal_id"], body["results"]) == (str(signal.pk), [])
    assert body["status_url"] == f"/api/signals/{signal.pk}"
    assert Delivery.objects.get().outcome == Outcome.ACCEPTED
