"""Any bytes at all get an answer of ours, never a 5xx, and are kept exactly once."""

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as bounded
from hypothesis import strategies as st
from pytest_django import Settings

from strategies.models import Signal
from webhooks.models import Delivery
from webhooks.refusals import Reason
from webhooks.tests.conftest import Desk
from webhooks.tests.odd_bodies import BODIES, CHANGES, VALUES, written

pytestmark = pytest.mark.django_db

CODES = {reason.name for reason in Reason}
# The rows of all examples stay until the test's end: each counts what it adds.
quickly = bounded(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(autouse=True)
def no_lockout(settings: Settings) -> None:
    """Fuzzing is what a lock-out is there to end."""
    settings.WEBHOOK_BAD_TOKENS = 0


def counts() -> tuple[int, int]:
    return Delivery.objects.count(), Signal.objects.count()


def assert_answered(response: Any) -> None:
    """Accepted, or refused in the one shape that there is for it."""
    assert response.status_code < 500
    if response.status_code >= 400:
        body = response.json()
        assert body["error_code"] in CODES
        assert body["error"]
        assert Delivery.objects.get(pk=body["delivery_id"]).error_code == body["error_code"]


@quickly
@given(body=BODIES)
def test_any_body_is_refused_in_our_words_and_kept_once(desk: Desk, body: bytes) -> None:
    deliveries, signals = counts()

    response = desk.send(body)

    assert_answered(response)
    assert response.status_code in (400, 401)
    assert counts() == (deliveries + 1, signals)


@quickly
@given(changes=CHANGES)
def test_an_alert_with_odd_fields_is_one_signal_or_none(
    desk: Desk, changes: dict[str, Any]
) -> None:
    deliveries, signals = counts()

    response = desk.send(written(desk.alert() | changes))

    assert_answered(response)
    is_new = response.status_code == 202 and "duplicate" not in response.json()
    assert counts() == (deliveries + 1, signals + is_new)


@quickly
@given(item=CHANGES, more=VALUES)
def test_a_batch_with_an_odd_item_is_one_signal_or_none(
    desk: Desk, item: dict[str, Any], more: Any
) -> None:
    deliveries, signals = counts()

    response = desk.send(written(desk.alert(orders=[item, {"side": "sell"}, more])))

    assert_answered(response)
    assert counts() == (deliveries + 1, signals + (response.status_code == 202))


@quickly
@given(key=st.text(min_size=1, max_size=140), body=CHANGES)
def test_the_same_dedup_key_never_orders_twice(desk: Desk, key: str, body: dict[str, Any]) -> None:
    alert = desk.alert() | body | {"alert_id": key}
    _, before = counts()

    for _ in range(2):
        assert_answered(desk.send(written(alert)))

    assert counts()[1] <= before + 1


@quickly
@given(key=st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=140))
@example(key="\x00")
def test_any_idempotency_key_is_one_signal_or_none(desk: Desk, key: str) -> None:
    _, before = counts()

    for _ in range(2):
        assert_answered(desk.send(desk.alert(), **{"Idempotency-Key": key}))

    assert counts()[1] <= before + 1


@quickly
@given(token=st.text(st.characters(codec="utf-8"), min_size=1, max_size=60))
def test_any_path_and_any_header_is_answered(desk: Desk, token: str) -> None:
    header = token.encode("ascii", "ignore").decode().replace("\r", "").replace("\n", "")

    response = desk.send(
        desk.alert(token=None),
        path=f"/api/webhook/{token.replace('/', '')}-",
        **{"Idempotency-Key": header, "Prefer": header, "Content-Type": header},
    )

    assert_answered(response)
    assert response.status_code in (400, 401)
