"""How each venue is asked for an order and its cancel, and how its answers are told."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from accounts.exchange import gateway
from accounts.exchange.tests import listings
from accounts.exchange.tests.asking import login, reference, wait
from accounts.exchange.tests.scripted_venue import Answer, ScriptedVenue
from accounts.exchange.types import (
    ExchangeAnswer,
    MarketType,
    OrderGone,
    OrderReport,
    OrderType,
    OutcomeUnknown,
    ReportStatus,
)

_SIGNING = frozenset({"timestamp", "signature", "recvWindow"})
_FUTURES = "BTC/USDT:USDT"
_STOP = OrderType.STOP_MARKET

Listing = Callable[[ScriptedVenue], None]
Sent = tuple[str, str, dict[str, Any]]

# venue, market type, listing, symbol, order type, the look-up and the cancel by the venue's order
# id, and the same two by our client order id.
_WAYS: list[tuple[str, MarketType, Listing, str, OrderType, Sent, Sent, Sent, Sent]] = [
    (
        "binance",
        MarketType.SPOT,
        listings.list_binance,
        "BTC/USDT",
        OrderType.LIMIT,
        ("GET", "/api/v3/order", {"symbol": "BTCUSDT", "orderId": "77"}),
        ("DELETE", "/api/v3/order", {"symbol": "BTCUSDT", "orderId": "77"}),
        ("GET", "/api/v3/order", {"symbol": "BTCUSDT", "origClientOrderId": "ours1"}),
        ("DELETE", "/api/v3/order", {"symbol": "BTCUSDT", "origClientOrderId": "ours1"}),
    ),
    (
        "binance",
        MarketType.FUTURES,
        listings.list_binance,
        _FUTURES,
        _STOP,
        ("GET", "/fapi/v1/algoOrder", {"symbol": "BTCUSDT", "algoId": "77"}),
        ("DELETE", "/fapi/v1/algoOrder", {"symbol": "BTCUSDT", "algoId": "77"}),
        ("GET", "/fapi/v1/algoOrder", {"symbol": "BTCUSDT", "clientAlgoId": "ours1"}),
        ("DELETE", "/fapi/v1/algoOrder", {"symbol": "BTCUSDT", "clientAlgoId": "ours1"}),
    ),
    (
        "okx",
        MarketType.SPOT,
        listings.list_okx_spot,
        "BTC/USDT",
        OrderType.LIMIT,
        ("GET", "/api/v5/trade/order", {"instId": "BTC-USDT", "ordId": "77"}),
        ("POST", "/api/v5/trade/cancel-order", {"instId": "BTC-USDT", "ordId": "77"}),
        ("GET", "/api/v5/trade/order", {"instId": "BTC-USDT", "clOrdId": "ours1"}),
        ("POST", "/api/v5/trade/cancel-order", {"instId": "BTC-USDT", "clOrdId": "ours1"}),
    ),
    (
        "okx",
        MarketType.SPOT,
        listings.list_okx_spot,
        "BTC/USDT",
        _STOP,
        ("GET", "/api/v5/trade/order-algo", {"instId": "BTC-USDT", "algoId": "77"}),
        (
            "POST",
            "/api/v5/trade/cancel-algos",
            {"rows": [{"instId": "BTC-USDT", "algoId": "77"}]},
        ),
        ("GET", "/api/v5/trade/order-algo", {"instId": "BTC-USDT", "algoClOrdId": "ours1"}),
        (
            "POST",
            "/api/v5/trade/cancel-algos",
            {"rows": [{"instId": "BTC-USDT", "algoClOrdId": "ours1"}]},
        ),
    ),
    (
        "bybit",
        MarketType.SPOT,
        listings.list_bybit_spot,
        "BTC/USDT",
        _STOP,
        (
            "GET",
            "/v5/order/realtime",
            {"category": "spot", "symbol": "BTCUSDT", "orderId": "77"},
        ),
        (
            "POST",
            "/v5/order/cancel",
            {
                "category": "spot",
                "symbol": "BTCUSDT",
                "orderId": "77",
                "orderFilter": "StopOrder",
            },
        ),
        (
            "GET",
            "/v5/order/realtime",
            {"category": "spot", "symbol": "BTCUSDT", "orderLinkId": "ours1"},
        ),
        (
            "POST",
            "/v5/order/cancel",
            {
                "category": "spot",
                "symbol": "BTCUSDT",
                "orderLinkId": "ours1",
                "orderFilter": "StopOrder",
            },
        ),
    ),
    (
        "bybit",
        MarketType.FUTURES,
        listings.list_bybit_linear,
        _FUTURES,
        _STOP,
        (
            "GET",
            "/v5/order/realtime",
            {"category": "linear", "symbol": "BTCUSDT", "orderId": "77"},
        ),
        (
            "POST",
            "/v5/order/cancel",
            {"category": "linear", "symbol": "BTCUSDT", "orderId": "77"},
        ),
        (
            "GET",
            "/v5/order/realtime",
            {"category": "linear", "symbol": "BTCUSDT", "orderLinkId": "ours1"},
        ),
        (
            "POST",
            "/v5/order/cancel",
            {"category": "linear", "symbol": "BTCUSDT", "orderLinkId": "ours1"},
        ),
    ),
    (
        "upbit",
        MarketType.SPOT,
        listings.list_upbit,
        "BTC/KRW",
        OrderType.LIMIT,
        ("GET", "/v1/order", {"uuid": "77"}),
        ("DELETE", "/v1/order", {"uuid": "77"}),
        ("GET", "/v1/order", {"identifier": "ours1"}),
        ("DELETE", "/v1/order", {"identifier": "ours1"}),
    ),
    (
        "bithumb",
        MarketType.SPOT,
        listings.list_bithumb,
        "BTC/KRW",
        OrderType.LIMIT,
        ("GET", "/v1/order", {"uuid": "77"}),
        ("DELETE", "/v2/order", {"order_id": "77"}),
        ("GET", "/v1/order", {"client_order_id": "ours1"}),
        ("DELETE", "/v2/order", {"client_order_id": "ours1"}),
    ),
]


@pytest.mark.parametrize("way", _WAYS, ids=lambda way: f"{way[0]}-{way[1]}-{way[4]}")
def test_an_order_is_asked_for_by_one_id_and_never_by_an_empty_one(
    venue: ScriptedVenue,
    way: tuple[str, MarketType, Listing, str, OrderType, Sent, Sent, Sent, Sent],
) -> None:
    name, market_type, listing, symbol, order_type, *expected = way
    listing(venue)

    for venue_order_id in ("77", ""):
        asked = reference(venue_order_id, order_type, symbol=symbol)
        for ask in (gateway.fetch_report, gateway.cancel):
            with pytest.raises(ExchangeAnswer):
                wait(ask(login(name, market_type), asked))

    seen = _order_requests(venue)
    for request in expected:
        assert request in seen
    assert not [fields for _, _, fields in seen if "" in fields.values()]
    assert "None" not in str(seen)


def _order_requests(venue: ScriptedVenue) -> list[Sent]:
    return [
        (r.method, r.path, {key: value for key, value in r.fields.items() if key not in _SIGNING})
        for r in venue.requests
        if "order" in r.path or "algo" in r.path
    ]


def _found(
    venue: ScriptedVenue,
    name: str,
    market_type: MarketType,
    order_type: OrderType = OrderType.LIMIT,
    *,
    symbol: str = "BTC/USDT",
) -> OrderReport:
    return wait(
        gateway.fetch_report(login(name, market_type), reference("77", order_type, symbol=symbol))
    )


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

    report = _found(venue, "okx", MarketType.FUTURES, symbol=_FUTURES)

    assert report.status is ReportStatus.OPEN
    assert report.filled_quantity == Decimal("0.20")
    [fill] = report.fills
    assert (fill.venue_trade_id, fill.quantity, fill.price) == (
        "9",
        Decimal("0.20"),
        Decimal(90000),
    )
    assert (fill.fee_quantity, fill.fee_currency) == (Decimal(9), "USDT")


@pytest.mark.parametrize(
    ("name", "listing", "path", "waiting", "triggered"),
    [
        (
            "binance",
            listings.list_binance,
            "/fapi/v1/algoOrder",
            {"algoId": 77, "algoStatus": "NEW", "actualOrderId": ""},
            {"algoId": 77, "algoStatus": "FINISHED", "actualOrderId": "88"},
        ),
    ],
)
def test_a_triggered_stop_is_told_by_the_order_it_became(
    venue: ScriptedVenue,
    name: str,
    listing: Listing,
    path: str,
    waiting: dict[str, Any],
    triggered: dict[str, Any],
) -> None:
    listing(venue)
    common = {"symbol": "BTCUSDT", "side": "SELL", "clientAlgoId": "ours1", "quantity": "0.5"}
    venue.will_answer("GET", path, Answer({**common, **waiting}), Answer({**common, **triggered}))
    child = _binance_futures_order(orderId=88, status="PARTIALLY_FILLED", executedQty="0.200")
    venue.will_answer("GET", "/fapi/v1/order", Answer(child))
    venue.will_answer("GET", "/fapi/v1/userTrades", Answer([_binance_trade(88, "0.200")]))

    before = _found(venue, name, MarketType.FUTURES, _STOP, symbol=_FUTURES)
    after = _found(venue, name, MarketType.FUTURES, _STOP, symbol=_FUTURES)

    assert (before.venue_order_id, before.status) == ("77", ReportStatus.OPEN)
    assert (after.venue_order_id, after.status) == ("77", ReportStatus.OPEN)
    assert after.filled_quantity == Decimal("0.200")
    assert [fill.venue_trade_id for fill in after.fills] == ["5"]
    assert venue.asked("GET", "/fapi/v1/order")[0].fields["orderId"] == "88"


def test_a_stop_that_is_closed_without_a_known_child_has_not_ended(venue: ScriptedVenue) -> None:
    listings.list_binance(venue)
    raw = {"algoId": 77, "symbol": "BTCUSDT", "algoStatus": "TRIGGERED", "quantity": "0.5"}
    venue.will_answer("GET", "/fapi/v1/algoOrder", Answer(raw))

    report = _found(venue, "binance", MarketType.FUTURES, _STOP, symbol=_FUTURES)

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

    report = _found(venue, "okx", MarketType.SPOT, _STOP)

    assert (report.status, report.filled_quantity) == (ReportStatus.OPEN, Decimal(0))


def test_an_empty_answer_of_okx_is_a_failed_read_and_no_proof_of_absence(
    venue: ScriptedVenue,
) -> None:
    listings.list_okx_spot(venue)
    venue.will_answer("GET", "/api/v5/trade/order", Answer({"code": "0", "data": []}))

    with pytest.raises(OutcomeUnknown):
        _found(venue, "okx", MarketType.SPOT)


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

    report = _found(venue, "bybit", MarketType.SPOT)

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
        _found(venue, "bybit", MarketType.SPOT)

    assert gone.value.code == "ORDER_NOT_FOUND"


def _bybit(venue: ScriptedVenue, path: str, rows: list[dict[str, Any]]) -> None:
    body = {"retCode": 0, "retMsg": "OK", "result": {"category": "spot", "list": rows}}
    venue.will_answer("GET", path, Answer(body))


def test_upbit_s_executions_come_with_the_order_and_its_cancel_state_hides_no_fill(
    venue: ScriptedVenue,
) -> None:
    listings.list_upbit(venue)
    order = {
        "uuid": "77",
        "identifier": "ours1",
        "market": "KRW-BTC",
        "side": "ask",
        "ord_type": "limit",
        "price": "98765000",
        "state": "cancel",
        "created_at": "2026-11-21T14:00:00+09:00",
        "volume": "0.5",
        "remaining_volume": "0.3",
        "executed_volume": "0.2",
        "paid_fee": "9876.5",
        "trades": [
            {
                "market": "KRW-BTC",
                "uuid": "t1",
                "price": "98765000",
                "volume": "0.2",
                "funds": "19753000",
                "side": "ask",
            }
        ],
    }
    venue.will_answer("GET", "/v1/order", Answer(order))

    report = _found(venue, "upbit", MarketType.SPOT, symbol="BTC/KRW")

    assert (report.status, report.filled_quantity) == (ReportStatus.CANCELED, Decimal("0.2"))
    assert report.average_price == Decimal(98765000)
    assert [fill.venue_trade_id for fill in report.fills] == ["t1"]
    assert len(venue.asked("GET", "/v1/order")) == 1


@pytest.mark.parametrize("state", ["watch", "prevented"])
def test_a_state_that_nobody_knows_never_ends_an_order(venue: ScriptedVenue, state: str) -> None:
    listings.list_upbit(venue)
    order = {"uuid": "77", "market": "KRW-BTC", "side": "ask", "ord_type": "limit", "state": state}
    venue.will_answer("GET", "/v1/order", Answer(order))

    report = _found(venue, "upbit", MarketType.SPOT, symbol="BTC/KRW")

    assert report.status is ReportStatus.UNKNOWN


def test_bithumb_s_filled_quantity_is_the_venue_s_and_not_ccxt_s(venue: ScriptedVenue) -> None:
    listings.list_bithumb(venue)
    order = {
        "uuid": "77",
        "client_order_id": "ours1",
        "market": "KRW-BTC",
        "side": "bid",
        "ord_type": "limit",
        "price": "98765000",
        "state": "cancel",
        "created_at": "2026-11-21T14:00:00+09:00",
        "volume": "0.5",
        "remaining_volume": "0.3",
        "executed_volume": "0.2",
        "trades": [
            {
                "market": "KRW-BTC",
                "uuid": "t1",
                "price": "98765000",
                "volume": "0.2",
                "funds": "19753000",
                "side": "bid",
                "created_at": "2026-11-21T14:00:01+09:00",
            }
        ],
    }
    venue.will_answer("GET", "/v1/order", Answer(order))

    report = _found(venue, "bithumb", MarketType.SPOT, symbol="BTC/KRW")

    assert (report.status, report.filled_quantity) == (ReportStatus.CANCELED, Decimal("0.2"))
    assert [fill.venue_trade_id for fill in report.fills] == ["t1"]


def _binance_futures_order(**told: Any) -> dict[str, Any]:
    return {
        "symbol": "BTCUSDT",
        "orderId": 77,
        "clientOrderId": "ours1",
        "side": "SELL",
        "type": "MARKET",
        "status": "NEW",
        "price": "0",
        "avgPrice": "90000.0",
        "origQty": "0.500",
        "executedQty": "0.000",
        "cumQuote": "0",
        "positionSide": "BOTH",
        "updateTime": 1700000000000,
        **told,
    }


def _binance_trade(order_id: int, quantity: str) -> dict[str, Any]:
    return {
        "symbol": "BTCUSDT",
        "id": 5,
        "orderId": order_id,
        "side": "SELL",
        "price": "90000.0",
        "qty": quantity,
        "commission": "7.2",
        "commissionAsset": "USDT",
        "time": 1700000000000,
        "positionSide": "BOTH",
        "maker": False,
        "buyer": False,
    }
