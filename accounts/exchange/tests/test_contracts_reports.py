"""How each venue's answer about an order is told."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.exchange.tests import listings
from accounts.exchange.tests.asking import found
from accounts.exchange.tests.binance_answers import order, trade
from accounts.exchange.tests.scripted_venue import Answer, ScriptedVenue
from accounts.exchange.types import (
    MarketType,
    OrderGone,
    OrderType,
    OutcomeUnknown,
    ReportStatus,
)

_FUTURES = "BTC/USDT:USDT"
_STOP = OrderType.STOP_MARKET


def test_okx_contracts_are_told_in_base_units_with_the_order_s_own_executions(
    venue: ScriptedVenue,
) -> None:
    listings.list_okx_swap(venue)
    order = {
        "instType": "SWAP",
        "instId": "BTC-USDT-SWAP",
        "ordId": "77",
        "clOrdId": "ours1",
        "side": "buy",
        "ordType": "limit",
        "px": "90000",
        "sz": "50",
        "accFillSz": "20",
        "avgPx": "90000",
        "state": "partially_filled",
        "cTime": "1700000000000",
    }
    execution = {
        "instType": "SWAP",
        "instId": "BTC-USDT-SWAP",
        "ordId": "77",
        "tradeId": "9",
        "side": "buy",
        "fillSz": "20",
        "fillPx": "90000",
        "fee": "-9",
        "feeCcy": "USDT",
        "ts": "1700000000000",
    }
    venue.will_answer("GET", "/api/v5/trade/order", Answer({"code": "0", "data": [order]}))
    venue.will_answer(
        "GET", "/api/v5/trade/fills-history", Answer({"code": "0", "data": [execution]})
    )
    venue.will_answer("GET", "/api/v5/trade/fills", Answer({"code": "0", "data": [execution]}))

    report = found("okx", MarketType.FUTURES, symbol=_FUTURES)

    assert report.status is ReportStatus.OPEN
    assert report.filled_quantity == Decimal("0.20")
    [fill] = report.fills
    assert (fill.venue_trade_id, fill.quantity, fill.price) == (
        "9",
        Decimal("0.20"),
        Decimal(90000),
    )
    assert (fill.fee_quantity, fill.fee_currency) == (Decimal(9), "USDT")


def test_a_triggered_stop_is_told_by_the_order_it_became(venue: ScriptedVenue) -> None:
    listings.list_binance(venue)
    stop = {"algoId": 77, "symbol": "BTCUSDT", "side": "BUY", "clientAlgoId": "ours1"}
    venue.will_answer(
        "GET",
        "/fapi/v1/algoOrder",
        Answer({**stop, "algoStatus": "NEW", "actualOrderId": ""}),
        Answer({**stop, "algoStatus": "FINISHED", "actualOrderId": "88"}),
    )
    child = order(orderId=88, status="PARTIALLY_FILLED", executedQty="0.200", positionSide="BOTH")
    venue.will_answer("GET", "/fapi/v1/order", child)
    venue.will_answer("GET", "/fapi/v1/userTrades", Answer([trade(5, "0.200")]))

    before = found("binance", MarketType.FUTURES, _STOP, symbol=_FUTURES)
    after = found("binance", MarketType.FUTURES, _STOP, symbol=_FUTURES)

    assert (before.venue_order_id, before.status) == ("77", ReportStatus.OPEN)
    assert (after.venue_order_id, after.status) == ("77", ReportStatus.OPEN)
    assert after.filled_quantity == Decimal("0.200")
    assert [fill.venue_trade_id for fill in after.fills] == ["5"]
    assert venue.asked("GET", "/fapi/v1/order")[0].fields["orderId"] == "88"


def test_a_stop_that_is_closed_without_a_known_child_has_not_ended(venue: ScriptedVenue) -> None:
    listings.list_binance(venue)
    raw = {"algoId": 77, "symbol": "BTCUSDT", "algoStatus": "TRIGGERED", "quantity": "0.5"}
    venue.will_answer("GET", "/fapi/v1/algoOrder", Answer(raw))

    report = found("binance", MarketType.FUTURES, _STOP, symbol=_FUTURES)

    assert (report.status, report.filled_quantity) == (ReportStatus.UNKNOWN, Decimal(0))


def test_okx_s_triggered_stop_is_not_believed_to_be_filled(venue: ScriptedVenue) -> None:
    listings.list_okx_spot(venue)
    stop = {
        "instType": "SPOT",
        "instId": "BTC-USDT",
        "algoId": "77",
        "ordId": "88",
        "side": "sell",
        "ordType": "trigger",
        "sz": "0.5",
        "state": "effective",
    }
    child = {
        "instType": "SPOT",
        "instId": "BTC-USDT",
        "ordId": "88",
        "side": "sell",
        "ordType": "market",
        "sz": "0.5",
        "accFillSz": "0",
        "state": "live",
    }
    venue.will_answer("GET", "/api/v5/trade/order-algo", Answer({"code": "0", "data": [stop]}))
    venue.will_answer("GET", "/api/v5/trade/order", Answer({"code": "0", "data": [child]}))

    report = found("okx", MarketType.SPOT, _STOP)

    assert (report.status, report.filled_quantity) == (ReportStatus.OPEN, Decimal(0))


def test_an_empty_answer_of_okx_is_a_failed_read_and_no_proof_of_absence(
    venue: ScriptedVenue,
) -> None:
    listings.list_okx_spot(venue)
    venue.will_answer("GET", "/api/v5/trade/order", Answer({"code": "0", "data": []}))

    with pytest.raises(OutcomeUnknown):
        found("okx", MarketType.SPOT)


def test_bybit_s_history_is_asked_when_the_order_is_no_longer_among_the_latest(
    venue: ScriptedVenue,
) -> None:
    listings.list_bybit_spot(venue)
    order = {
        "symbol": "BTCUSDT",
        "orderId": "77",
        "orderLinkId": "ours1",
        "side": "Buy",
        "orderType": "Limit",
        "orderStatus": "PartiallyFilledCanceled",
        "price": "90000",
        "qty": "0.5",
        "cumExecQty": "0.2",
        "cumExecValue": "18000",
        "avgPrice": "90000",
        "createdTime": "1700000000000",
    }
    execution = {
        "symbol": "BTCUSDT",
        "orderId": "77",
        "execId": "e1",
        "side": "Buy",
        "execQty": "0.2",
        "execPrice": "90000",
        "execFee": "0.0002",
        "feeCurrency": "BTC",
        "execTime": "1700000000000",
        "isMaker": False,
    }
    _bybit(venue, "/v5/order/realtime", [])
    _bybit(venue, "/v5/order/history", [order])
    _bybit(venue, "/v5/execution/list", [execution])

    report = found("bybit", MarketType.SPOT)

    assert report.status is ReportStatus.CLOSED  # the fills decide that it is not complete
    assert report.filled_quantity == Decimal("0.2")
    assert (report.fills[0].fee_quantity, report.fills[0].fee_currency) == (
        Decimal("0.0002"),
        "BTC",
    )


def test_an_order_that_bybit_has_nowhere_is_gone(venue: ScriptedVenue) -> None:
    listings.list_bybit_spot(venue)
    _bybit(venue, "/v5/order/realtime", [])
    _bybit(venue, "/v5/order/history", [])

    with pytest.raises(OrderGone) as gone:
        found("bybit", MarketType.SPOT)

    assert gone.value.code == "ORDER_NOT_FOUND"


def _bybit(venue: ScriptedVenue, path: str, rows: list[dict[str, Any]]) -> None:
    body = {"retCode": 0, "retMsg": "OK", "result": {"category": "spot", "list": rows}}
    venue.will_answer("GET", path, Answer(body))
