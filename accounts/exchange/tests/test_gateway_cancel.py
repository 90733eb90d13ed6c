"""Canceling through the gateway: what is told is what became of the order."""

from decimal import Decimal

import pytest

from accounts.exchange import gateway
from accounts.exchange.tests import listings
from accounts.exchange.tests.asking import login, reference, wait
from accounts.exchange.tests.binance_answers import GONE, NOT_FOUND, order, trade
from accounts.exchange.tests.scripted_venue import Answer, ScriptedVenue
from accounts.exchange.types import (
    MarketType,
    OrderGone,
    OrderType,
    Rejected,
    ReportStatus,
)

_FUTURES = "BTC/USDT:USDT"


def test_a_cancel_tells_what_was_filled_before_it(binance: ScriptedVenue) -> None:
    canceled = order(status="CANCELED", executedQty="0.20000", cummulativeQuoteQty="18000")
    binance.will_answer("DELETE", "/api/v3/order", canceled)
    binance.will_answer("GET", "/api/v3/myTrades", Answer([trade(5, "0.20000")]))

    report = wait(gateway.cancel(login("binance"), reference("77")))

    assert (report.status, report.filled_quantity) == (ReportStatus.CANCELED, Decimal("0.2"))
    assert len(report.fills) == 1
    assert not binance.asked("GET", "/api/v3/order")


def test_a_cancel_that_came_too_late_tells_the_fill(binance: ScriptedVenue) -> None:
    filled = order(status="FILLED", executedQty="0.50000", cummulativeQuoteQty="45000")
    binance.will_answer("DELETE", "/api/v3/order", GONE)
    binance.will_answer("GET", "/api/v3/order", filled)
    binance.will_answer("GET", "/api/v3/myTrades", Answer([trade(5, "0.50000")]))

    report = wait(gateway.cancel(login("binance"), reference("77")))

    assert (report.status, report.filled_quantity) == (ReportStatus.CLOSED, Decimal("0.5"))


def test_a_cancel_without_a_clear_answer_tells_the_order_as_it_is_now(
    binance: ScriptedVenue,
) -> None:
    binance.will_answer("DELETE", "/api/v3/order", Answer("", status=502))
    binance.will_answer("GET", "/api/v3/order", order(status="CANCELED"))

    report = wait(gateway.cancel(login("binance"), reference("77")))

    assert report.status is ReportStatus.CANCELED


def test_a_cancel_of_what_cannot_be_found_is_gone(binance: ScriptedVenue) -> None:
    binance.will_answer("DELETE", "/api/v3/order", GONE)
    binance.will_answer("GET", "/api/v3/order", NOT_FOUND)

    with pytest.raises(OrderGone):
        wait(gateway.cancel(login("binance"), reference("")))

    assert len(binance.asked("DELETE", "/api/v3/order")) == 1


def test_a_refused_cancel_of_an_open_order_says_why(binance: ScriptedVenue) -> None:
    refused = Answer({"code": -2015, "msg": "Invalid API-key, IP, or permissions."}, status=401)
    binance.will_answer("DELETE", "/api/v3/order", refused)
    binance.will_answer("GET", "/api/v3/order", order())

    with pytest.raises(Rejected) as refusal:
        wait(gateway.cancel(login("binance"), reference("77")))

    assert refusal.value.code == "BAD_CREDENTIALS"


def test_a_cancel_of_a_triggered_stop_cancels_the_order_it_became(binance: ScriptedVenue) -> None:
    stop = {"algoId": 77, "symbol": "BTCUSDT", "algoStatus": "FINISHED", "actualOrderId": "88"}
    binance.will_answer("DELETE", "/fapi/v1/algoOrder", GONE)
    binance.will_answer("GET", "/fapi/v1/algoOrder", Answer(stop))
    child = order(orderId=88, status="CANCELED", positionSide="BOTH")
    binance.will_answer("DELETE", "/fapi/v1/order", child)
    binance.will_answer("GET", "/fapi/v1/order", child)

    report = wait(
        gateway.cancel(
            login("binance", MarketType.FUTURES),
            reference("77", OrderType.STOP_LIMIT, symbol=_FUTURES),
        )
    )

    assert (report.venue_order_id, report.status) == ("77", ReportStatus.CANCELED)
    assert binance.asked("DELETE", "/fapi/v1/order")[0].fields["orderId"] == "88"


def test_a_stop_that_is_gone_without_a_child_is_told_as_it_is(binance: ScriptedVenue) -> None:
    stop = {"algoId": 77, "symbol": "BTCUSDT", "algoStatus": "CANCELED", "actualOrderId": ""}
    binance.will_answer("DELETE", "/fapi/v1/algoOrder", GONE)
    binance.will_answer("GET", "/fapi/v1/algoOrder", Answer(stop))

    report = wait(
        gateway.cancel(
            login("binance", MarketType.FUTURES),
            reference("77", OrderType.STOP_LIMIT, symbol=_FUTURES),
        )
    )

    assert report.status is ReportStatus.CANCELED
    assert not binance.asked("DELETE", "/fapi/v1/order")


def test_a_triggered_stop_of_bybit_is_canceled_under_the_other_filter(
    venue: ScriptedVenue,
) -> None:
    listings.list_bybit_spot(venue)
    gone = Answer({"retCode": 170213, "retMsg": "Order does not exist.", "result": {}})
    done = Answer({"retCode": 0, "retMsg": "OK", "result": {"orderId": "77"}})
    venue.will_answer("POST", "/v5/order/cancel", gone, done)
    row = {"symbol": "BTCUSDT", "orderId": "77", "orderStatus": "Cancelled", "cumExecQty": "0"}
    venue.will_answer(
        "GET", "/v5/order/realtime", Answer({"retCode": 0, "result": {"list": [row]}})
    )

    report = wait(gateway.cancel(login("bybit"), reference("77", OrderType.STOP_MARKET)))

    assert report.status is ReportStatus.CANCELED
    filters = [r.fields["orderFilter"] for r in venue.asked("POST", "/v5/order/cancel")]
    assert filters == ["StopOrder", "Order"]


def test_a_child_that_cannot_be_canceled_is_told_as_it_is(binance: ScriptedVenue) -> None:
    stop = {"algoId": 77, "symbol": "BTCUSDT", "algoStatus": "FINISHED", "actualOrderId": "88"}
    binance.will_answer("DELETE", "/fapi/v1/algoOrder", GONE)
    binance.will_answer("GET", "/fapi/v1/algoOrder", Answer(stop))
    binance.will_answer("DELETE", "/fapi/v1/order", GONE)
    binance.will_answer("GET", "/fapi/v1/order", order(orderId=88, positionSide="BOTH"))

    report = wait(
        gateway.cancel(
            login("binance", MarketType.FUTURES),
            reference("77", OrderType.STOP_LIMIT, symbol=_FUTURES),
        )
    )

    assert report.status is ReportStatus.OPEN


@pytest.mark.scenario(16)
def test_a_cancel_that_upbit_has_only_taken_down_leaves_the_order_open(
    venue: ScriptedVenue,
) -> None:
    listings.list_upbit(venue)
    waiting = {"uuid": "77", "market": "KRW-BTC", "side": "ask", "ord_type": "limit"}
    waiting |= {"state": "wait", "volume": "0.5", "executed_volume": "0", "price": "98765000"}
    venue.will_answer("DELETE", "/v1/order", Answer(waiting))
    venue.will_answer("GET", "/v1/order", Answer({**waiting, "trades": []}))

    report = wait(gateway.cancel(login("upbit"), reference("77", symbol="BTC/KRW")))

    assert report.status is ReportStatus.OPEN
