"""What each venue is really sent for each order: captured from ccxt's own classes on the wire.

Run again on every ccxt upgrade: several of these changed within 4.5.x.
"""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.exchange import gateway
from accounts.exchange.tests import listings
from accounts.exchange.tests.asking import login, ticket, wait
from accounts.exchange.tests.scripted_venue import ScriptedVenue
from accounts.exchange.types import (
    ExchangeAnswer,
    MarketType,
    NotSent,
    OrderTicket,
    OrderType,
    Side,
)

_SIGNING = frozenset({"timestamp", "signature", "recvWindow"})
_FUTURES = "BTC/USDT:USDT"

_MARKET_BUY = ticket(OrderType.MARKET, Side.BUY)
_MARKET_SELL = ticket(OrderType.MARKET, Side.SELL)
_LIMIT = ticket(OrderType.LIMIT, Side.BUY, limit_price="90000.1")
_STOP_LIMIT = ticket(OrderType.STOP_LIMIT, Side.SELL, limit_price="88999.9", trigger_price="89000")
_STOP_MARKET = ticket(OrderType.STOP_MARKET, Side.BUY, trigger_price="91000")


def _on_futures(order: OrderTicket, **changes: Any) -> OrderTicket:
    fields = {name: getattr(order, name) for name in OrderTicket.__slots__}
    return OrderTicket(**{**fields, "symbol": _FUTURES, **changes})


def _sent(
    venue: ScriptedVenue,
    name: str,
    market_type: MarketType,
    listing: Callable[[ScriptedVenue], None],
    order: OrderTicket,
) -> tuple[str, str, dict[str, Any]]:
    """The one order request that the venue receives; it answers nothing of use."""
    listing(venue)
    with pytest.raises(ExchangeAnswer):
        wait(gateway.place(login(name, market_type), order))
    [request] = [r for r in venue.requests if r.method == "POST"]
    fields = {name: value for name, value in request.fields.items() if name not in _SIGNING}
    return request.host, request.path, fields


@pytest.mark.parametrize(
    ("order", "fields"),
    [
        (
            _MARKET_BUY,
            {"side": "BUY", "type": "MARKET", "quantity": "0.5"},
        ),
        (
            _MARKET_SELL,
            {"side": "SELL", "type": "MARKET", "quantity": "0.5"},
        ),
        (
            _LIMIT,
            {
                "side": "BUY",
                "type": "LIMIT",
                "quantity": "0.5",
                "price": "90000.1",
                "timeInForce": "GTC",
            },
        ),
        (
            _STOP_LIMIT,
            {
                "side": "SELL",
                "type": "STOP_LOSS_LIMIT",
                "quantity": "0.5",
                "price": "88999.9",
                "stopPrice": "89000",
                "timeInForce": "GTC",
            },
        ),
        (
            _STOP_MARKET,
            {"side": "BUY", "type": "STOP_LOSS", "quantity": "0.5", "stopPrice": "91000"},
        ),
    ],
)
def test_binance_spot_is_sent_what_was_asked(
    venue: ScriptedVenue, order: OrderTicket, fields: dict[str, str]
) -> None:
    sent = _sent(venue, "binance", MarketType.SPOT, listings.list_binance, order)

    common = {"symbol": "BTCUSDT", "newClientOrderId": "ours1", "newOrderRespType": "FULL"}
    assert sent == ("api.binance.com", "/api/v3/order", {**common, **fields})


@pytest.mark.parametrize(
    ("order", "fields"),
    [
        (_on_futures(_MARKET_BUY), {"side": "BUY", "type": "MARKET"}),
        (
            _on_futures(_MARKET_SELL, reduce_only=True),
            {"side": "SELL", "type": "MARKET", "reduceOnly": "true"},
        ),
        (
            _on_futures(_LIMIT),
            {"side": "BUY", "type": "LIMIT", "price": "90000.1", "timeInForce": "GTC"},
        ),
    ],
)
def test_binance_futures_is_sent_what_was_asked(
    venue: ScriptedVenue, order: OrderTicket, fields: dict[str, str]
) -> None:
    sent = _sent(venue, "binance", MarketType.FUTURES, listings.list_binance, order)

    common = {
        "symbol": "BTCUSDT",
        "newClientOrderId": "ours1",
        "newOrderRespType": "RESULT",
        "quantity": "0.5",
    }
    assert sent == ("fapi.binance.com", "/fapi/v1/order", {**common, **fields})


@pytest.mark.parametrize(
    ("order", "fields"),
    [
        (
            _on_futures(_STOP_LIMIT),
            {"side": "SELL", "type": "STOP", "price": "88999.9", "triggerPrice": "89000"},
        ),
        (
            _on_futures(_STOP_MARKET),
            {"side": "BUY", "type": "STOP_MARKET", "triggerPrice": "91000"},
        ),
    ],
)
def test_binance_futures_stops_go_to_the_algo_service(
    venue: ScriptedVenue, order: OrderTicket, fields: dict[str, str]
) -> None:
    host, path, sent = _sent(venue, "binance", MarketType.FUTURES, listings.list_binance, order)

    sent.pop("timeInForce", None)
    common = {
        "symbol": "BTCUSDT",
        "algoType": "CONDITIONAL",
        "clientAlgoId": "ours1",
        "newOrderRespType": "RESULT",
        "quantity": "0.5",
    }
    assert (host, path) == ("fapi.binance.com", "/fapi/v1/algoOrder")
    assert sent == {**common, **fields}


@pytest.mark.parametrize(
    ("order", "path", "fields"),
    [
        (_MARKET_BUY, "order", {"side": "buy", "ordType": "market", "clOrdId": "ours1"}),
        (_MARKET_SELL, "order", {"side": "sell", "ordType": "market", "clOrdId": "ours1"}),
        (
            _LIMIT,
            "order",
            {"side": "buy", "ordType": "limit", "clOrdId": "ours1", "px": "90000.1"},
        ),
        (
            _STOP_LIMIT,
            "order-algo",
            {
                "side": "sell",
                "ordType": "trigger",
                "algoClOrdId": "ours1",
                "triggerPx": "89000",
                "orderPx": "88999.9",
            },
        ),
        (
            _STOP_MARKET,
            "order-algo",
            {
                "side": "buy",
                "ordType": "trigger",
                "algoClOrdId": "ours1",
                "triggerPx": "91000",
                "orderPx": "-1",
            },
        ),
    ],
)
def test_okx_spot_is_sent_what_was_asked(
    venue: ScriptedVenue, order: OrderTicket, path: str, fields: dict[str, str]
) -> None:
    sent = _sent(venue, "okx", MarketType.SPOT, listings.list_okx_spot, order)

    common = {"instId": "BTC-USDT", "sz": "0.5", "tdMode": "cash", "tgtCcy": "base_ccy"}
    assert sent == ("www.okx.com", f"/api/v5/trade/{path}", {**common, **fields})


@pytest.mark.parametrize(
    ("order", "path", "fields"),
    [
        (
            _on_futures(_MARKET_BUY),
            "order",
            {"side": "buy", "ordType": "market", "clOrdId": "ours1"},
        ),
        (
            _on_futures(_MARKET_SELL, reduce_only=True),
            "order",
            {"side": "sell", "ordType": "market", "clOrdId": "ours1", "reduceOnly": True},
        ),
        (
            _on_futures(_STOP_MARKET),
            "order-algo",
            {
                "side": "buy",
                "ordType": "trigger",
                "algoClOrdId": "ours1",
                "triggerPx": "91000",
                "orderPx": "-1",
            },
        ),
    ],
)
def test_okx_swaps_are_sent_as_a_number_of_contracts(
    venue: ScriptedVenue, order: OrderTicket, path: str, fields: dict[str, str]
) -> None:
    sent = _sent(venue, "okx", MarketType.FUTURES, listings.list_okx_swap, order)

    common = {"instId": "BTC-USDT-SWAP", "sz": "50", "tdMode": "cross"}  # 50 of 0.01 BTC
    assert sent == ("www.okx.com", f"/api/v5/trade/{path}", {**common, **fields})


@pytest.mark.parametrize(
    ("order", "fields"),
    [
        (_MARKET_BUY, {"side": "Buy", "orderType": "Market", "marketUnit": "baseCoin"}),
        (_MARKET_SELL, {"side": "Sell", "orderType": "Market", "marketUnit": "baseCoin"}),
        (_LIMIT, {"side": "Buy", "orderType": "Limit", "price": "90000.1"}),
        (
            _STOP_LIMIT,
            {
                "side": "Sell",
                "orderType": "Limit",
                "price": "88999.9",
                "orderFilter": "StopOrder",
                "triggerPrice": "89000",
            },
        ),
        (
            _STOP_MARKET,
            {
                "side": "Buy",
                "orderType": "Market",
                "marketUnit": "baseCoin",
                "orderFilter": "StopOrder",
                "triggerPrice": "91000",
            },
        ),
    ],
)
def test_bybit_spot_is_sent_what_was_asked(
    venue: ScriptedVenue, order: OrderTicket, fields: dict[str, str]
) -> None:
    sent = _sent(venue, "bybit", MarketType.SPOT, listings.list_bybit_spot, order)

    common = {"category": "spot", "symbol": "BTCUSDT", "orderLinkId": "ours1", "qty": "0.5"}
    assert sent == ("api.bybit.com", "/v5/order/create", {**common, **fields})


@pytest.mark.parametrize(
    ("order", "fields"),
    [
        (_on_futures(_MARKET_BUY), {"side": "Buy", "orderType": "Market"}),
        (
            _on_futures(_MARKET_SELL, reduce_only=True),
            {"side": "Sell", "orderType": "Market", "reduceOnly": True},
        ),
        (
            _on_futures(_STOP_LIMIT),
            {
                "side": "Sell",
                "orderType": "Limit",
                "price": "88999.9",
                "triggerPrice": "89000",
                "triggerDirection": 2,
            },
        ),
        (
            _on_futures(_STOP_MARKET),
            {
                "side": "Buy",
                "orderType": "Market",
                "triggerPrice": "91000",
                "triggerDirection": 1,
            },
        ),
    ],
)
def test_bybit_linear_is_sent_what_was_asked(
    venue: ScriptedVenue, order: OrderTicket, fields: dict[str, Any]
) -> None:
    sent = _sent(venue, "bybit", MarketType.FUTURES, listings.list_bybit_linear, order)

    common = {"category": "linear", "symbol": "BTCUSDT", "orderLinkId": "ours1", "qty": "0.5"}
    assert sent == ("api.bybit.com", "/v5/order/create", {**common, **fields})


_KRW_LIMIT = ticket(OrderType.LIMIT, Side.BUY, symbol="BTC/KRW", limit_price="98765000")
_KRW_MARKET_SELL = ticket(OrderType.MARKET, Side.SELL, symbol="BTC/KRW")


@pytest.mark.parametrize(
    ("order", "fields"),
    [
        (_KRW_LIMIT, {"side": "bid", "ord_type": "limit", "price": "98765000"}),
        (_KRW_MARKET_SELL, {"side": "ask", "ord_type": "market"}),
    ],
)
def test_upbit_is_sent_what_was_asked(
    venue: ScriptedVenue, order: OrderTicket, fields: dict[str, str]
) -> None:
    sent = _sent(venue, "upbit", MarketType.SPOT, listings.list_upbit, order)

    common = {"market": "KRW-BTC", "identifier": "ours1", "volume": "0.5"}
    assert sent == ("api.upbit.com", "/v1/orders", {**common, **fields})


@pytest.mark.parametrize(
    ("order", "fields"),
    [
        (_KRW_LIMIT, {"side": "bid", "order_type": "limit", "price": "98765000"}),
        (_KRW_MARKET_SELL, {"side": "ask", "order_type": "market"}),
    ],
)
def test_bithumb_is_sent_every_digit_of_the_price(
    venue: ScriptedVenue, order: OrderTicket, fields: dict[str, str]
) -> None:
    sent = _sent(venue, "bithumb", MarketType.SPOT, listings.list_bithumb, order)

    common = {"market": "KRW-BTC", "client_order_id": "ours1", "volume": "0.5"}
    assert sent == ("api.bithumb.com", "/v2/orders", {**common, **fields})


@pytest.mark.parametrize(
    ("name", "listing"), [("upbit", listings.list_upbit), ("bithumb", listings.list_bithumb)]
)
@pytest.mark.parametrize(
    ("order", "code"),
    [
        (ticket(OrderType.MARKET, Side.BUY, symbol="BTC/KRW"), "MARKET_BUY_NOT_SUPPORTED"),
        (
            ticket(
                OrderType.STOP_LIMIT,
                Side.SELL,
                symbol="BTC/KRW",
                limit_price="90000000",
                trigger_price="90000000",
            ),
            "STOP_NOT_SUPPORTED",
        ),
        (
            ticket(OrderType.STOP_MARKET, Side.SELL, symbol="BTC/KRW", trigger_price="90000000"),
            "STOP_NOT_SUPPORTED",
        ),
    ],
)
def test_what_a_korean_venue_would_misread_is_refused_and_not_sent(
    venue: ScriptedVenue,
    name: str,
    listing: Callable[[ScriptedVenue], None],
    order: OrderTicket,
    code: str,
) -> None:
    listing(venue)

    with pytest.raises(NotSent) as refusal:
        wait(gateway.place(login(name), order))

    assert refusal.value.code == code
    assert [request.method for request in venue.requests] == ["GET"]  # the market list only
