"""Every execution of an order is read, however small the pages of a venue are.

The pages are those of Bybit's "Get Trade History" and OKX's "Transaction details (last 3 months)",
cut to what is read.
"""

from decimal import Decimal
from typing import Any

from accounts.exchange.tests import listings
from accounts.exchange.tests.asking import found
from accounts.exchange.tests.scripted_venue import Answer, ScriptedVenue
from accounts.exchange.types import MarketType

_ALL = [str(number) for number in range(120)]


def bybit_page(field: str, rows: list[dict[str, Any]], *, cursor: str = "") -> Answer:
    result = {"category": "spot", field: rows, "nextPageCursor": cursor}
    return Answer({"retCode": 0, "retMsg": "OK", "result": result})


def test_bybit_is_asked_for_the_next_page_of_executions(venue: ScriptedVenue) -> None:
    listings.list_bybit_spot(venue)
    order = {
        "symbol": "BTCUSDT",
        "orderId": "77",
        "orderLinkId": "ours1",
        "side": "Buy",
        "orderType": "Limit",
        "orderStatus": "Filled",
        "price": "90000",
        "qty": "1.2",
        "cumExecQty": "1.2",
        "createdTime": "1700000000000",
    }
    rows = [
        {
            "symbol": "BTCUSDT",
            "orderId": "77",
            "execId": number,
            "side": "Buy",
            "execQty": "0.01",
            "execPrice": "90000",
            "execTime": str(1_700_000_000_000 + int(number)),
        }
        for number in reversed(_ALL)
    ]
    venue.will_answer("GET", "/v5/order/realtime", bybit_page("list", [order]))
    first = bybit_page("list", rows[:100], cursor="older")
    venue.will_answer("GET", "/v5/execution/list", first, bybit_page("list", rows[100:]))

    report = found("bybit", MarketType.SPOT)

    assert sorted(fill.venue_trade_id for fill in report.fills) == sorted(_ALL)
    assert report.filled_quantity == sum(fill.quantity for fill in report.fills) == Decimal("1.2")
    asked = [request.fields for request in venue.asked("GET", "/v5/execution/list")]
    assert [(fields["limit"], fields.get("cursor")) for fields in asked] == [
        ("100", None),
        ("100", "older"),
    ]


def test_okx_is_asked_for_older_executions_after_a_full_page(venue: ScriptedVenue) -> None:
    listings.list_okx_spot(venue)
    order = {
        "instType": "SPOT",
        "instId": "BTC-USDT",
        "ordId": "77",
        "clOrdId": "ours1",
        "side": "buy",
        "ordType": "limit",
        "px": "90000",
        "sz": "1.2",
        "accFillSz": "1.2",
        "state": "filled",
        "cTime": "1700000000000",
    }
    rows = [
        {
            "instType": "SPOT",
            "instId": "BTC-USDT",
            "ordId": "77",
            "tradeId": number,
            "billId": f"5{number.zfill(3)}",
            "side": "buy",
            "fillSz": "0.01",
            "fillPx": "90000",
            "ts": str(1_700_000_000_000 + int(number)),
        }
        for number in reversed(_ALL)
    ]
    venue.will_answer("GET", "/api/v5/trade/order", Answer({"code": "0", "data": [order]}))
    pages = [Answer({"code": "0", "data": page}) for page in (rows[:100], rows[100:])]
    venue.will_answer("GET", "/api/v5/trade/fills-history", *pages)

    report = found("okx", MarketType.SPOT)

    assert sorted(fill.venue_trade_id for fill in report.fills) == sorted(_ALL)
    asked = [request.fields for request in venue.asked("GET", "/api/v5/trade/fills-history")]
    assert [(fields["limit"], fields.get("after")) for fields in asked] == [
        ("100", None),
        ("100", "5020"),
    ]
