"""By which ids each venue is asked for an order and its cancel."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.exchange import gateway
from accounts.exchange.tests import listings
from accounts.exchange.tests.asking import login, reference, wait
from accounts.exchange.tests.scripted_venue import ScriptedVenue
from accounts.exchange.types import (
    ExchangeAnswer,
    MarketType,
    OrderType,
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


@pytest.mark.scenario(89)
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
