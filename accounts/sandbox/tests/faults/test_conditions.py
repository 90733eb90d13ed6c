"""Orders that are known only later, a clock that is off, filters that change in between."""

import time

import pytest

from accounts.sandbox.tests.faults.asking import FUTURES, SPOT, ask, place, set_fault
from accounts.sandbox.tests.trader import Trader, control, listed, send

MINUTE_MS = 60_000


def remove(url: str, number: int) -> None:
    """Take a fault away."""
    assert send("DELETE", f"{url}/sandbox/faults/{number}") == (200, {})


def test_young_order_is_unknown_to_queries_and_lists_and_then_known(ann: Trader) -> None:
    number = set_fault(ann.url, on=["queries", "lists"], do="hide", ms=MINUTE_MS)["id"]
    place(ann, price="95000.01", newClientOrderId="a1")
    look_up = {"symbol": "BTCUSDT", "origClientOrderId": "a1"}

    assert ask(ann, "GET", SPOT, **look_up).json == {"code": -2013, "msg": "Order does not exist."}
    for path in ("openOrders", "allOrders", "myTrades"):
        assert ask(ann, "GET", f"/api/v3/{path}", symbol="BTCUSDT").json == []

    assert [row["clientOrderId"] for row in listed(ann.url, "orders")] == ["a1"]
    assert len(listed(ann.url, "trades")) == 1
    remove(ann.url, number)
    assert ask(ann, "GET", SPOT, **look_up).json["status"] == "FILLED"


def test_order_that_is_old_enough_is_known(ann: Trader) -> None:
    place(ann, newClientOrderId="a1")
    set_fault(ann.url, on="lists", do="hide", ms=1)

    open_orders = ask(ann, "GET", "/api/v3/openOrders", symbol="BTCUSDT").json

    assert [row["clientOrderId"] for row in open_orders] == ["a1"]


def test_young_stop_is_unknown_on_the_futures_market_too(ann: Trader) -> None:
    set_fault(ann.url, on=["queries", "lists"], do="hide", ms=MINUTE_MS)
    stop = {"algoType": "CONDITIONAL", "type": "STOP_MARKET", "quantity": "0.01"}
    side = {"symbol": "BTCUSDT", "side": "SELL", "triggerPrice": "94000", "clientAlgoId": "s1"}
    assert ask(ann, "POST", "/fapi/v1/algoOrder", **stop, **side).status == 200

    assert ask(ann, "GET", "/fapi/v1/algoOrder", clientAlgoId="s1").json["code"] == -2013
    for path in ("openAlgoOrders", "allAlgoOrders"):
        assert ask(ann, "GET", f"/fapi/v1/{path}", symbol="BTCUSDT").json == []


@pytest.mark.parametrize(
    ("skew_ms", "text"),
    [
        (-2_000, "Timestamp for this request was 1000ms ahead of the server's time."),
        (-3_600_000, "Timestamp for this request was 1000ms ahead of the server's time."),
        (6_000, "Timestamp for this request is outside of the recvWindow."),
        (3_600_000, "Timestamp for this request is outside of the recvWindow."),
    ],
)
@pytest.mark.parametrize("path", [SPOT, FUTURES])
def test_clock_that_is_off_refuses_what_is_signed(
    ann: Trader, path: str, skew_ms: int, text: str
) -> None:
    set_fault(ann.url, do="skew", ms=skew_ms)

    assert place(ann, path=path).json == {"code": -1021, "msg": text}
    assert listed(ann.url, "orders") == []


@pytest.mark.parametrize("path", ["/api/v3/time", "/fapi/v1/time"])
def test_server_time_is_the_time_by_which_requests_are_judged(ann: Trader, path: str) -> None:
    set_fault(ann.url, do="skew", ms=-3_600_000)

    server_ms = ask(ann, "GET", path).json["serverTime"]
    told = place(ann, timestamp=server_ms)

    assert abs(server_ms + 3_600_000 - time.time_ns() // 1_000_000) < MINUTE_MS
    assert told.status == 200
    assert time.time() - listed(ann.url, "orders")[0]["receivedAt"] < 60


def test_wider_window_forgives_a_clock_that_runs_ahead(ann: Trader) -> None:
    set_fault(ann.url, do="skew", ms=6_000)

    assert place(ann, recvWindow=10_000).status == 200


def test_tick_step_and_minimum_change_between_loading_the_markets_and_the_order(
    ann: Trader,
) -> None:
    fields = {"symbol": "BTCUSDT", "tick": "10", "step": "0.001", "minNotional": "50"}
    assert control(ann.url, "filters", **fields) == (200, {})

    answers = [
        place(ann, price="90005").json,
        place(ann, quantity="0.0105").json,
        place(ann, quantity="0.001", price="40000").json,
        place(ann, quantity="0.001", price="50000").json,
    ]

    assert [answer.get("msg") for answer in answers] == [
        "Filter failure: PRICE_FILTER",
        "Filter failure: LOT_SIZE",
        "Filter failure: NOTIONAL",
        None,
    ]
    assert len(listed(ann.url, "orders")) == 1


def test_changed_filters_are_shown_and_what_is_not_sent_is_as_first_listed(ann: Trader) -> None:
    fields = {"market": "futures", "symbol": "BTCUSDT"}
    control(ann.url, "filters", **fields, tick="5", step="0.01")
    assert _futures_filters(ann) == ("5", "0.01", "100")

    control(ann.url, "filters", **fields, minNotional="200")
    assert _futures_filters(ann) == ("0.1", "0.001", "200")


def _futures_filters(trader: Trader) -> tuple[str, str, str]:
    symbols = ask(trader, "GET", "/fapi/v1/exchangeInfo").json["symbols"]
    rows = {row["filterType"]: row for row in symbols[0]["filters"]}
    return (
        rows["PRICE_FILTER"]["tickSize"],
        rows["LOT_SIZE"]["stepSize"],
        rows["MIN_NOTIONAL"]["notional"],
    )


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"symbol": "BTCUSDT", "tick": "0.001"}, "tick is not a multiple of 0.01."),
        ({"symbol": "BTCUSDT", "step": "0"}, "step is not a multiple of 0.00001."),
        (
            {"symbol": "BTCEUR"},
            "symbol is none of BTCUSDT, ETHUSDT, SOLUSDT, XRPUSDT, DOGEUSDT.",
        ),
    ],
)
def test_filters_that_cannot_be_are_400(ann: Trader, fields: dict[str, str], sentence: str) -> None:
    assert control(ann.url, "filters", **fields) == (400, {"error": sentence})
