"""How each venue is asked for all open orders, and how its answer is told.

The answers are those of the venues' documentation pages, cut to what is read: Binance "Current
open orders" and "Current All Algo Open Orders", OKX "GET / Order List" and "Algo order list", Bybit
"Get Open & Closed Orders", Upbit and Bithumb "List open orders".
"""

from decimal import Decimal
from typing import Any

import pytest

from accounts.exchange import gateway
from accounts.exchange.tests import listings
from accounts.exchange.tests.asking import login, wait
from accounts.exchange.tests.binance_answers import order as binance_order
from accounts.exchange.tests.scripted_venue import Answer, ScriptedVenue
from accounts.exchange.types import (
    FoundOrder,
    MarketType,
    OutcomeUnknown,
    ReportStatus,
    Side,
)


def found(venue: str, market_type: MarketType = MarketType.SPOT) -> tuple[FoundOrder, ...]:
    return wait(gateway.fetch_open_reports(login(venue, market_type)))


def told(order: FoundOrder) -> tuple[str, str, str, Side, Decimal, Decimal, ReportStatus]:
    report = order.report
    return (
        order.client_order_id,
        report.venue_order_id,
        order.symbol,
        order.side,
        order.quantity,
        report.filled_quantity,
        report.status,
    )


def test_binance_spot_is_asked_once_for_all_symbols(binance: ScriptedVenue) -> None:
    row = binance_order(executedQty="0.20000", status="PARTIALLY_FILLED").body
    binance.will_answer("GET", "/api/v3/openOrders", Answer([row]))

    orders = found("binance")

    expected = ("ours1", "77", "BTC/USDT", Side.BUY, Decimal("0.5"), Decimal("0.2"))
    assert [told(order) for order in orders] == [(*expected, ReportStatus.OPEN)]
    (request,) = binance.asked("GET", "/api/v3/openOrders")
    assert "symbol" not in request.fields


def test_binance_futures_are_asked_for_orders_and_for_waiting_stops(
    binance: ScriptedVenue,
) -> None:
    row = binance_order(positionSide="BOTH").body
    stop = {
        "algoId": 2148627,
        "clientAlgoId": "ours2",
        "orderType": "STOP_MARKET",
        "symbol": "BTCUSDT",
        "side": "SELL",
        "quantity": "0.01",
        "algoStatus": "NEW",
        "actualOrderId": "",
        "triggerPrice": "88000.00",
        "price": "0.00",
        "createTime": 1750514941540,
    }
    binance.will_answer("GET", "/fapi/v1/openOrders", Answer([row]))
    binance.will_answer("GET", "/fapi/v1/openAlgoOrders", Answer([stop]))

    orders = found("binance", MarketType.FUTURES)

    symbol, zero = "BTC/USDT:USDT", Decimal(0)
    assert [told(order) for order in orders] == [
        ("ours1", "77", symbol, Side.BUY, Decimal("0.5"), zero, ReportStatus.OPEN),
        ("ours2", "2148627", symbol, Side.SELL, Decimal("0.01"), zero, ReportStatus.OPEN),
    ]


def okx_order(order_id: int, **fields: Any) -> dict[str, Any]:
    return {
        "instType": "SPOT",
        "instId": "BTC-USDT",
        "ordId": str(order_id),
        "clOrdId": "ours1",
        "side": "buy",
        "ordType": "limit",
        "px": "90000",
        "sz": "0.5",
        "accFillSz": "0.1",
        "state": "partially_filled",
        "cTime": str(1700000000000 + order_id),
        **fields,
    }


def okx_stop(order_id: int, **fields: Any) -> dict[str, Any]:
    return {
        "instType": "SPOT",
        "instId": "BTC-USDT",
        "algoId": str(order_id),
        "algoClOrdId": "ours2",
        "clOrdId": "",
        "ordId": "",
        "side": "sell",
        "ordType": "trigger",
        "triggerPx": "88000",
        "sz": "0.5",
        "state": "live",
        "cTime": "1700000000000",
        **fields,
    }


def test_okx_spot_is_asked_for_orders_and_for_waiting_stops(venue: ScriptedVenue) -> None:
    listings.list_okx_spot(venue)
    rows = {"code": "0", "data": [okx_order(77)]}
    stops = {"code": "0", "data": [okx_stop(88)]}
    venue.will_answer("GET", "/api/v5/trade/orders-pending", Answer(rows))
    venue.will_answer("GET", "/api/v5/trade/orders-algo-pending", Answer(stops))

    orders = found("okx")

    half, symbol = Decimal("0.5"), "BTC/USDT"
    assert [told(order) for order in orders] == [
        ("ours1", "77", symbol, Side.BUY, half, Decimal("0.1"), ReportStatus.OPEN),
        ("ours2", "88", symbol, Side.SELL, half, Decimal(0), ReportStatus.OPEN),
    ]
    (plain,) = venue.asked("GET", "/api/v5/trade/orders-pending")
    (algo,) = venue.asked("GET", "/api/v5/trade/orders-algo-pending")
    assert plain.fields == {"instType": "SPOT", "limit": "100"}
    assert algo.fields == {"instType": "SPOT", "ordType": "trigger", "limit": "100"}


def test_okx_swaps_are_told_in_base_units(venue: ScriptedVenue) -> None:
    listings.list_okx_swap(venue)
    swap = {"instType": "SWAP", "instId": "BTC-USDT-SWAP", "sz": "50", "accFillSz": "20"}
    rows = {"code": "0", "data": [okx_order(77, **swap)]}
    venue.will_answer("GET", "/api/v5/trade/orders-pending", Answer(rows))
    nothing = Answer({"code": "0", "data": []})
    venue.will_answer("GET", "/api/v5/trade/orders-algo-pending", nothing)

    (order,) = found("okx", MarketType.FUTURES)

    assert (order.quantity, order.report.filled_quantity) == (Decimal("0.50"), Decimal("0.20"))
    assert venue.asked("GET", "/api/v5/trade/orders-pending")[0].fields["instType"] == "SWAP"


def test_okx_is_asked_for_older_orders_after_a_full_page(venue: ScriptedVenue) -> None:
    listings.list_okx_spot(venue)
    newest_first = [okx_order(number) for number in range(300, 200, -1)]
    venue.will_answer(
        "GET",
        "/api/v5/trade/orders-pending",
        Answer({"code": "0", "data": newest_first}),
        Answer({"code": "0", "data": [okx_order(200)]}),
    )
    nothing = Answer({"code": "0", "data": []})
    venue.will_answer("GET", "/api/v5/trade/orders-algo-pending", nothing)

    orders = found("okx")

    assert len({order.report.venue_order_id for order in orders}) == 101
    assert venue.asked("GET", "/api/v5/trade/orders-pending")[1].fields["after"] == "201"


def bybit_order(order_id: str, **fields: Any) -> dict[str, Any]:
    return {
        "symbol": "BTCUSDT",
        "orderId": order_id,
        "orderLinkId": "ours1",
        "orderType": "Limit",
        "orderStatus": "PartiallyFilled",
        "side": "Buy",
        "price": "90000",
        "qty": "0.5",
        "cumExecQty": "0.1",
        "createdTime": "1700000000000",
        **fields,
    }


def bybit_page(*orders: dict[str, Any], cursor: str = "") -> Answer:
    result = {"category": "spot", "nextPageCursor": cursor, "list": list(orders)}
    return Answer({"retCode": 0, "retMsg": "OK", "result": result})


def test_bybit_spot_is_asked_for_all_symbols(venue: ScriptedVenue) -> None:
    listings.list_bybit_spot(venue)
    venue.will_answer("GET", "/v5/order/realtime", bybit_page(bybit_order("77")))

    orders = found("bybit")

    expected = ("ours1", "77", "BTC/USDT", Side.BUY, Decimal("0.5"), Decimal("0.1"))
    assert [told(order) for order in orders] == [(*expected, ReportStatus.OPEN)]
    (request,) = venue.asked("GET", "/v5/order/realtime")
    assert request.fields == {"category": "spot", "limit": "50"}


def test_bybit_s_cursor_leads_to_the_next_page(venue: ScriptedVenue) -> None:
    listings.list_bybit_spot(venue)
    full = [bybit_order(str(number)) for number in range(50)]
    last = bybit_page(bybit_order("50"), cursor="end")
    venue.will_answer("GET", "/v5/order/realtime", bybit_page(*full, cursor="next"), last)

    orders = found("bybit")

    assert len(orders) == 51
    first, second = venue.asked("GET", "/v5/order/realtime")
    assert ("cursor" in first.fields, second.fields["cursor"]) == (False, "next")


def test_bybit_linear_is_asked_for_each_coin_of_settlement(venue: ScriptedVenue) -> None:
    listings.list_bybit_linear(venue)
    venue.will_answer("GET", "/v5/order/realtime", bybit_page())

    orders = found("bybit", MarketType.FUTURES)

    assert orders == ()
    asked = [request.fields for request in venue.asked("GET", "/v5/order/realtime")]
    assert sorted((fields["category"], fields["settleCoin"]) for fields in asked) == [
        ("linear", "USDC"),
        ("linear", "USDT"),
    ]


def krw_order(order_id: str, **fields: Any) -> dict[str, Any]:
    return {
        "uuid": order_id,
        "market": "KRW-BTC",
        "side": "ask",
        "ord_type": "limit",
        "price": "98765000",
        "state": "wait",
        "created_at": "2026-11-21T14:00:00+09:00",
        "volume": "0.5",
        "remaining_volume": "0.3",
        "executed_volume": "0.2",
        **fields,
    }


@pytest.mark.parametrize(
    ("name", "path", "id_field"),
    [("upbit", "/v1/orders/open", "identifier"), ("bithumb", "/v1/orders", "client_order_id")],
)
def test_the_korean_venues_are_asked_page_by_page(
    venue: ScriptedVenue, name: str, path: str, id_field: str
) -> None:
    listings.list_upbit(venue) if name == "upbit" else listings.list_bithumb(venue)
    full = [krw_order(str(number)) for number in range(100)]
    venue.will_answer("GET", path, Answer(full), Answer([krw_order("100", **{id_field: "ours1"})]))

    orders = found(name)

    assert len(orders) == 101
    expected = ("100", "BTC/KRW", Side.SELL, Decimal("0.5"), Decimal("0.2"), ReportStatus.OPEN)
    assert told(orders[-1]) == ("ours1", *expected)
    assert orders[0].client_order_id == ""
    assert [request.fields.get("page") for request in venue.asked("GET", path)] == [None, "2"]


def test_an_order_of_a_market_we_do_not_trade_is_left_out(binance: ScriptedVenue) -> None:
    row = binance_order(symbol="BTCUSDT_991231", positionSide="BOTH").body
    binance.will_answer("GET", "/fapi/v1/openOrders", Answer([row]))
    binance.will_answer("GET", "/fapi/v1/openAlgoOrders", Answer([]))

    assert found("binance", MarketType.FUTURES) == ()


def test_a_list_that_does_not_come_whole_is_no_list(binance: ScriptedVenue) -> None:
    binance.will_answer("GET", "/fapi/v1/openOrders", Answer([]))
    binance.will_answer("GET", "/fapi/v1/openAlgoOrders", Answer("Bad gateway", status=502))

    with pytest.raises(OutcomeUnknown):
        found("binance", MarketType.FUTURES)
