"""What a fault makes of an order's answer, and that the exchange's own records stay true."""

import pytest

from accounts.sandbox.tests.faults.asking import (
    FUTURES,
    SPOT,
    ask,
    place,
    set_fault,
    struck,
)
from accounts.sandbox.tests.trader import LIMIT, MARKET, Trader, listed


def booked(trader: Trader) -> list[tuple[str, str]]:
    """The client order ids and states of what the exchange has booked."""
    return [(row["clientOrderId"], row["status"]) for row in listed(trader.url, "orders")]


def test_order_is_booked_and_its_answer_never_comes(ann: Trader) -> None:
    set_fault(ann.url, on="orders", do="silence")

    with pytest.raises(TimeoutError):
        place(ann, newClientOrderId="a1", timeout=0.5)

    assert booked(ann) == [("a1", "NEW")]
    assert struck(ann.url) == [1]


@pytest.mark.parametrize(("is_booked", "orders"), [(True, [("a1", "NEW")]), (False, [])])
def test_connection_is_cut_after_or_before_the_order_is_booked(
    ann: Trader, is_booked: bool, orders: list[tuple[str, str]]
) -> None:
    set_fault(ann.url, on="orders", do="cut", booked=is_booked)

    with pytest.raises(ConnectionError):
        place(ann, newClientOrderId="a1")

    assert booked(ann) == orders


def test_silence_before_the_order_is_booked_books_nothing(ann: Trader) -> None:
    set_fault(ann.url, on="orders", do="silence", booked=False)

    with pytest.raises(TimeoutError):
        place(ann, timeout=0.5)

    assert booked(ann) == []


def test_late_answer_is_the_true_one_and_the_order_is_booked_before(ann: Trader) -> None:
    set_fault(ann.url, on="orders", do="late", ms=700)

    with pytest.raises(TimeoutError):
        place(ann, newClientOrderId="a1", timeout=0.2)
    assert booked(ann) == [("a1", "NEW")]

    set_fault(ann.url, on="orders", do="late", ms=50)
    assert place(ann, newClientOrderId="a2").json["clientOrderId"] == "a2"


@pytest.mark.parametrize("is_booked", [True, False])
@pytest.mark.parametrize(
    ("do", "content_type", "text"),
    [
        (
            "html",
            "text/html; charset=utf-8",
            "<html><head><title>200 from the gateway</title></head>"
            "<body><h1>200 from the gateway</h1></body></html>",
        ),
        ("empty", None, ""),
        ("half", "application/json; charset=utf-8", '{"symbol":"BTCUSDT","orderId":'),
    ],
)
def test_status_200_with_something_that_is_no_answer(
    ann: Trader, *, do: str, content_type: str | None, text: str, is_booked: bool
) -> None:
    set_fault(ann.url, on="orders", do=do, booked=is_booked)

    told = place(ann)

    assert (told.status, told.headers.get("Content-Type"), told.text) == (200, content_type, text)
    assert len(booked(ann)) == is_booked


@pytest.mark.parametrize("is_booked", [True, False])
@pytest.mark.parametrize("status", [502, 503, 504, 520, 524])
def test_gateway_answers_for_the_exchange(ann: Trader, status: int, is_booked: bool) -> None:
    set_fault(ann.url, on="orders", do="status", status=status, booked=is_booked)

    told = place(ann)

    assert told.status == status
    assert f"<h1>{status} from the gateway</h1>" in told.text
    assert len(booked(ann)) == is_booked


def test_partial_fill_and_then_the_connection_is_cut(ann: Trader) -> None:
    ask(ann, "POST", SPOT, **{**LIMIT, "side": "SELL", "price": "95000", "quantity": "0.3"})
    bob = Trader(ann.url, "bob", USDT="100000")
    set_fault(ann.url, on="orders", account="bob", do="cut")

    with pytest.raises(ConnectionError):
        place(bob, price="95000", quantity="1", newClientOrderId="b1")

    order = listed(ann.url, "orders")[1]
    assert (order["clientOrderId"], order["status"]) == ("b1", "PARTIALLY_FILLED")
    assert (order["executedQty"], order["origQty"]) == ("0.30000000", "1.00000000")
    assert [row["account"] for row in listed(ann.url, "trades")] == ["bob", "ann"]


def test_market_order_is_filled_behind_a_504(ann: Trader) -> None:
    set_fault(ann.url, on="orders", do="status", status=504)

    assert ask(ann, "POST", SPOT, **MARKET).status == 504

    assert [row["status"] for row in listed(ann.url, "orders")] == ["FILLED"]
    assert [row["qty"] for row in listed(ann.url, "trades")] == ["0.01000000"]


def test_order_that_the_exchange_refuses_is_not_booked_by_a_fault(ann: Trader) -> None:
    set_fault(ann.url, on="orders", do="status", status=502, booked=True)

    assert place(ann, quantity="100").status == 502

    assert booked(ann) == []


def test_cancel_is_done_and_its_answer_is_lost(ann: Trader) -> None:
    place(ann, newClientOrderId="a1")
    set_fault(ann.url, on="cancels", do="cut")

    with pytest.raises(ConnectionError):
        ask(ann, "DELETE", SPOT, symbol="BTCUSDT", origClientOrderId="a1")

    assert booked(ann) == [("a1", "CANCELED")]


def test_cancel_is_lost_on_its_way(ann: Trader) -> None:
    place(ann, newClientOrderId="a1")
    set_fault(ann.url, on="cancels", do="status", status=503, booked=False)

    answer = ask(ann, "DELETE", SPOT, symbol="BTCUSDT", origClientOrderId="a1")

    assert answer.status == 503
    assert booked(ann) == [("a1", "NEW")]


FUNDS = "Account has insufficient balance for requested action."
THROTTLED = (
    "Request throttled by system-level protection. Reduce-only/close-position orders are exempt. "
    "Please try again."
)


@pytest.mark.parametrize(
    ("path", "code", "status", "text"),
    [
        (SPOT, -1003, 429, "Too many requests queued."),
        (
            SPOT,
            -1006,
            500,
            "An unexpected response was received from the message bus. Execution status unknown.",
        ),
        (
            SPOT,
            -1007,
            408,
            "Timeout waiting for response from backend server. "
            "Send status unknown; execution status unknown.",
        ),
        (
            SPOT,
            -1008,
            503,
            "Server is currently overloaded with other requests. "
            "Please try again in a few minutes.",
        ),
        (FUTURES, -1008, 503, THROTTLED),
        (SPOT, -1015, 429, "Too many new orders."),
        (SPOT, -1021, 400, "Timestamp for this request is outside of the recvWindow."),
        (SPOT, -2010, 400, FUNDS),
        (FUTURES, -2019, 400, "Margin is insufficient."),
        (SPOT, -2011, 400, "Unknown order sent."),
        (SPOT, -2013, 400, "Order does not exist."),
        (SPOT, -2015, 401, "Invalid API-key, IP, or permissions for action."),
        (
            FUTURES,
            -4164,
            400,
            "Order's notional must be no smaller than 100 (unless you choose reduce only).",
        ),
    ],
)
def test_refusal_in_the_venues_own_words(
    ann: Trader, path: str, code: int, status: int, text: str
) -> None:
    set_fault(ann.url, on="orders", do="refuse", code=code)

    told = place(ann, path=path)

    assert (told.status, told.json) == (status, {"code": code, "msg": text})
    assert booked(ann) == []


def test_refusal_with_another_text_status_and_wait_of_an_order_that_is_booked(ann: Trader) -> None:
    set_fault(
        ann.url,
        on="orders",
        do="refuse",
        code=-2010,
        message="Duplicate order sent.",
        status=409,
        retryAfter=7,
        booked=True,
    )

    told = place(ann, newClientOrderId="a1")

    assert told.json == {"code": -2010, "msg": "Duplicate order sent."}
    assert (told.status, told.headers["Retry-After"]) == (409, "7")
    assert booked(ann) == [("a1", "NEW")]
