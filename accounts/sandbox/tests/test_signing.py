"""Who may ask, over real HTTP: keys, signatures, time windows."""

import hashlib
import hmac
import time

import pytest

from accounts.sandbox.tests.trader import LIMIT, Trader, listed, send

ACCOUNT = "/api/v3/account"
ORDER = "/api/v3/order"


def now_ms() -> int:
    """The clock both sides share here."""
    return time.time_ns() // 1_000_000


def test_signed_query_is_answered(ann: Trader) -> None:
    status, answer = ann.get(ACCOUNT)

    assert status == 200
    assert answer["accountType"] == "SPOT"


def test_query_and_body_are_signed_run_together(ann: Trader) -> None:
    query, body = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC", "quantity=0.01&price=90000"
    body = f"{body}&timestamp={now_ms()}"
    signed = hmac.new(ann.secret.encode(), (query + body).encode(), hashlib.sha256).hexdigest()

    status, answer = send(
        "POST",
        f"{ann.url}{ORDER}?{query}",
        body=f"{body}&signature={signed}",
        headers={"X-MBX-APIKEY": ann.key},
    )

    assert (status, answer["status"]) == (200, "NEW")


@pytest.mark.parametrize("key", ["", "not a key", "key€"])
def test_malformed_key_is_minus_2014(ann: Trader, key: str) -> None:
    headers = {"X-MBX-APIKEY": key.encode().decode("latin-1")} if key else {}

    answer = send("GET", f"{ann.url}{ACCOUNT}?{ann.query()}", headers=headers)

    assert answer == (401, {"code": -2014, "msg": "API-key format invalid."})


def test_unknown_key_is_minus_2015(ann: Trader) -> None:
    headers = {"X-MBX-APIKEY": "somebody-else"}

    answer = send("GET", f"{ann.url}{ACCOUNT}?{ann.query()}", headers=headers)

    message = "Invalid API-key, IP, or permissions for action."
    assert answer == (401, {"code": -2015, "msg": message})


def test_wrong_signature_is_minus_1022_and_places_nothing(ann: Trader) -> None:
    ann.secret = "wrong"

    answer = ann.post(ORDER, **LIMIT)

    assert answer == (400, {"code": -1022, "msg": "Signature for this request is not valid."})
    assert listed(ann.url, "orders") == []


def test_missing_signature_is_minus_1102(ann: Trader) -> None:
    status, answer = ann.raw("GET", ACCOUNT, f"timestamp={now_ms()}")

    assert (status, answer["code"]) == (400, -1102)
    assert "'signature'" in answer["msg"]


@pytest.mark.parametrize(
    ("parameters", "code", "message"),
    [
        (
            {"timestamp": now_ms() - 3_600_000},
            -1021,
            "Timestamp for this request is outside of the recvWindow.",
        ),
        (
            {"timestamp": now_ms() + 3_600_000},
            -1021,
            "Timestamp for this request was 1000ms ahead of the server's time.",
        ),
        ({"recvWindow": 60_001}, -1131, "recvWindow must be less than 60000"),
        (
            {"timestamp": ""},
            -1102,
            "Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed.",
        ),
        (
            {"timestamp": "soon"},
            -1100,
            "Illegal characters found in parameter 'timestamp'; legal range is '^[0-9]{1,20}$'.",
        ),
    ],
)
def test_time_outside_the_window_is_refused(
    ann: Trader, parameters: dict[str, object], code: int, message: str
) -> None:
    assert ann.get(ACCOUNT, **parameters) == (400, {"code": code, "msg": message})


def test_parameter_sent_twice_is_minus_1101(ann: Trader) -> None:
    status, answer = ann.raw("GET", ACCOUNT, ann.query() + "&timestamp=1")

    assert (status, answer["code"]) == (400, -1101)
