"""Every request is answered and kept; a refused one costs no order."""

import json
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from orders.models import Dispatch
from strategies.models import Signal
from webhooks.models import Delivery, Outcome
from webhooks.tests.conftest import Desk

pytestmark = pytest.mark.django_db


def assert_refused(response: Any, status: int, code: str, field: str = "") -> Delivery:
    """The answer and the kept delivery say the same, and nothing is to be executed."""
    body = response.json()
    delivery = Delivery.objects.get()
    assert (response.status_code, body["error_code"], body.get("field", "")) == (
        status,
        code,
        field,
    )
    assert body["delivery_id"] == str(delivery.pk)
    assert (delivery.outcome, delivery.signal) == (Outcome.REFUSED, None)
    assert (delivery.http_status, delivery.error_code, delivery.error_field) == (
        status,
        code,
        field,
    )
    assert delivery.error_message == body["error"]
    assert not Signal.objects.exists()
    assert not Dispatch.objects.exists()
    return delivery


@pytest.mark.complaint(7)
@pytest.mark.parametrize("path", ["/api/webhook", "/api/webhook/"])
@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "image/png", ""])
def test_the_alert_of_document_004_is_accepted_whatever_it_calls_itself(
    desk: Desk, path: str, content_type: str
) -> None:
    body = json.dumps(desk.alert()) + "\n"

    response = desk.send(body, path=path, **{"Content-Type": content_type})

    signal = Signal.objects.get()
    assert response.status_code == 202
    assert response.json()["signal_id"] == str(signal.pk)
    assert signal.intents == [
        {
            "action": "PLACE",
            "symbol": "BTC/USDT",
            "side": "BUY",
            "order_type": "LIMIT",
            "size": {"kind": "PERCENT", "value": "5"},
            "limit_price": "90000",
            "priority": 0,
        }
    ]
    assert Dispatch.objects.filter(signal=signal, claimed_at=None).count() == 1


def test_an_accepted_delivery_is_kept_without_its_token(desk: Desk) -> None:
    before = timezone.now()

    response = desk.send(desk.alert(), **{"Content-Type": "text/plain; charset=utf-8"})

    delivery = Delivery.objects.get()
    assert response.status_code == delivery.http_status == 202
    assert (delivery.outcome, delivery.error_code) == (Outcome.ACCEPTED, "")
    assert (delivery.sender, delivery.signal) == (desk.owner, Signal.objects.get())
    assert json.loads(delivery.body) == desk.alert(token="[removed]")
    assert delivery.content_type == "text/plain; charset=utf-8"
    assert delivery.remote_address == "127.0.0.1"
    assert before <= delivery.received_at <= timezone.now()
    assert delivery.validation_time_ms is not None
    assert delivery.preprocessing_time_ms is not None
    assert delivery.trade_processing_time_ms is not None
    assert delivery.total_processing_time_ms == pytest.approx(
        delivery.validation_time_ms
        + delivery.preprocessing_time_ms
        + delivery.trade_processing_time_ms,
        abs=1,
    )


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        (b"", 400, "BODY_EMPTY", ""),
        (b"\xff", 400, "BODY_NOT_UTF8", ""),
        (b"buy!", 400, "BODY_NOT_JSON", ""),
        (b"token=a&" * 8_000, 400, "BODY_NOT_JSON", ""),
        (b"[]", 400, "BODY_NOT_OBJECT", ""),
        (b'{"a":' * 9 + b"1" + b"}" * 9, 400, "BODY_TOO_DEEP", ""),
        (b"[" * 60_000, 400, "BODY_TOO_DEEP", ""),
        (b'{"side": "buy", "Side": "sell"}', 400, "KEY_DUPLICATE", "side"),
        (b'{"price": NaN}', 400, "NUMBER_NOT_FINITE", "price"),
        (b'{"symbol": "\\u0000"}', 400, "CHARACTER_NOT_ALLOWED", "symbol"),
        (b'{"price": {{close}}}', 400, "PLACEHOLDER_UNRESOLVED", "price"),
        (b" " * 65_537, 413, "BODY_TOO_LARGE", ""),
        (b"x" * 3_000_000, 413, "BODY_TOO_LARGE", ""),
    ],
)
def test_a_body_nobody_can_read_is_refused_before_anybody_is_asked_for(
    desk: Desk, body: bytes, status: int, code: str, field: str
) -> None:
    delivery = assert_refused(desk.send(body), status, code, field)

    assert delivery.sender is None
    assert "\x00" not in delivery.body
    assert len(delivery.body) <= 65_536


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"group_name": "{{ticker}}"}, "PLACEHOLDER_UNRESOLVED", "group_name"),
        ({"price": "{{close}}"}, "PLACEHOLDER_UNRESOLVED", "price"),
        ({"group_name": " "}, "FIELD_EMPTY", "group_name"),
        ({"group_name": "x" * 61}, "TEXT_TOO_LONG", "group_name"),
        ({"exchange": "MT_GOX"}, "EXCHANGE_MISMATCH", "exchange"),
        ({"market_type": "FUTURES"}, "MARKET_TYPE_MISMATCH", "market_type"),
        ({"timenow": "2020-01-01T00:00:00Z"}, "SIGNAL_EXPIRED", "timenow"),
        ({"timenow": "noon"}, "TIME_EXPECTED", "timenow"),
        ({"alert_id": "x" * 129}, "TEXT_TOO_LONG", "alert_id"),
        ({"symbol": None}, "FIELD_MISSING", "symbol"),
        ({"symbol": True}, "TEXT_EXPECTED", "symbol"),
        ({"symbol": "tpw_x"}, "TOKEN_MISPLACED", "symbol"),
        ({"side": "hold"}, "SIDE_UNKNOWN", "side"),
        ({"order_type": "ICEBERG"}, "ORDER_TYPE_UNKNOWN", "order_type"),
        ({"price": None}, "FIELD_MISSING", "price"),
        ({"price": "１０"}, "NUMBER_EXPECTED", "price"),
        ({"price": True}, "NUMBER_EXPECTED", "price"),
        ({"price": "1e400"}, "NUMBER_OUT_OF_RANGE", "price"),
        ({"price": "-5"}, "NUMBER_NOT_POSITIVE", "price"),
        ({"qty_per": None}, "SIZE_MISSING", "qty_per"),
        ({"quantity": 1}, "SIZE_AMBIGUOUS", "quantity"),
        ({"qty_per": 0}, "QTY_PER_OUT_OF_RANGE", "qty_per"),
        ({"qty_per": -101}, "QTY_PER_OUT_OF_RANGE", "qty_per"),
        ({"priority": "1.5"}, "WHOLE_NUMBER_EXPECTED", "priority"),
        ({"orders": "x"}, "ORDERS_EXPECTED", "orders"),
        ({"orders": []}, "ORDERS_EMPTY", "orders"),
        ({"orders": [{}] * 31}, "ORDERS_TOO_MANY", "orders"),
    ],
)
def test_an_alert_its_sender_must_change_is_refused_and_kept(
    desk: Desk, fields: dict[str, Any], code: str, field: str
) -> None:
    delivery = assert_refused(desk.post(**fields), 400, code, field)

    assert delivery.sender == desk.owner
    assert desk.token not in delivery.body
    assert delivery.preprocessing_time_ms == delivery.trade_processing_time_ms == 0


def test_currency_and_dedup_key_are_refused_when_they_contradict(desk: Desk) -> None:
    desk.strategy.currency = "USDT"
    desk.strategy.save()

    currency = desk.post(currency="KRW")
    conflict = desk.send(desk.alert(alert_id="one"), **{"Idempotency-Key": "two"})

    assert currency.json()["error_code"] == "CURRENCY_MISMATCH"
    assert conflict.json()["error_code"] == "DEDUP_KEY_CONFLICT"
    assert (currency.status_code, conflict.status_code) == (400, 400)


def test_a_token_never_reaches_a_column_wherever_it_was_written(desk: Desk) -> None:
    token = desk.token
    alerts: list[Any] = [
        desk.alert(),
        desk.alert(token=None, comment=token),
        desk.alert(symbol=token),
        desk.alert(side=token),
        desk.alert(price=token, alert_id=token),
        desk.alert(alert_id="fine", comment=token),
        desk.alert() | {token: 1},
        f'{{"token": "{token}", "token": 1}}',
        f"{{broken {token}",
    ]

    for alert in alerts:
        desk.send(alert, path=f"/api/webhook/{token}", **{"Idempotency-Key": token})
        desk.send(alert)

    assert Delivery.objects.count() == 2 * len(alerts)
    with connection.cursor() as cursor:
        for table in ("webhooks_delivery", "strategies_signal", "webhooks_webhooktoken"):
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{token}%"])  # noqa: S608
            assert cursor.fetchone() == (0,), table


def test_warnings_reach_the_sender(desk: Desk) -> None:
    response = desk.post(order_type="MARKET", comment="hello")

    assert response.status_code == 202
    assert response.json()["warnings"] == [
        "Unknown fields were ignored: comment.",
        "price was ignored: MARKET has no use for it.",
    ]
