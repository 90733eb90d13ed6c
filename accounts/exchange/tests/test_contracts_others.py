"""What the other venues are really sent for each order: captured from ccxt's own classes.

Run again on every ccxt upgrade: several of these changed within 4.5.x.
"""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.exchange import gateway
from accounts.exchange.tests import listings
from accounts.exchange.tests.asking import login, ticket, wait
from accounts.exchange.tests.scripted_venue import ScriptedVenue
from accounts.exchange.tests.sending import (
    LIMIT,
    MARKET_BUY,
    MARKET_SELL,
    STOP_LIMIT,
    STOP_MARKET,
    on_futures,
    sent_for,
)
from accounts.exchange.types import (
    MarketType,
    NotSent,
    OrderTicket,
    OrderType,
    Side,
)


@pytest.mark.parametrize(
    ("order", "path", "fields"),
    [
        (MARKET_BUY, "order", {"side": "buy", "ordType": "market", "clOrdId": "ours1"}),
        (MARKET_SELL, "order", {"side": "sell", "ordType": "market", "clOrdId": "ours1"}),
        (
            LIMIT,
            "order",
            {"side": "buy", "ordType": "limit", "clOrdId": "ours1", "px": "90000.1"},
        ),
        (
            STOP_LIMIT,
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
            STOP_MARKET,
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
    sent = sent_for(venue, "okx", MarketType.SPOT, listings.list_okx_spot, order)

    common = {"instId": "BTC-USDT", "sz": "0.5", "tdMode": "cash", "tgtCcy": "base_ccy"}
    assert sent == ("www.okx.com", f"/api/v5/trade/{path}", {**common, **fields})


@pytest.mark.parametrize(
    ("order", "path", "fields"),
    [
        (
            on_futures(MARKET_BUY),
            "order",
            {"side": "buy", "ordType": "market", "clOrdId": "ours1"},
        ),
        (
            on_futures(MARKET_SELL, reduce_only=True),
            "order",
            {"side": "sell", "ordType": "market", "clOrdId": "ours1", "reduceOnly": True},
        ),
        (
            on_futures(STOP_MARKET),
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
    sent = sent_for(venue, "okx", MarketType.FUTURES, listings.list_okx_swap, order)

    common = {"instId": "BTC-USDT-SWAP", "sz": "50", "tdMode": "cross"}  # 50 of 0.01 BTC
    assert sent == ("www.okx.com", f"/api/v5/trade/{path}", {**common, **fields})


@pytest.mark.parametrize(
    ("order", "fields"),
    [
        (MARKET_BUY, {"side": "Buy", "orderType": "Market", "marketUnit": "baseCoin"}),
        (MARKET_SELL, {"side": "Sell", "orderType": "Market", "marketUnit": "baseCoin"}),
        (LIMIT, {"side": "Buy", "orderType": "Limit", "price": "90000.1"}),
        (
            STOP_LIMIT,
            {
                "side": "Sell",
                "orderType": "Limit",
                "price": "88999.9",
                "orderFilter": "StopOrder",
                "triggerPrice": "89000",
            },
        ),
        (
            STOP_MARKET,
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
    sent = sent_for(venue, "bybit", MarketType.SPOT, listings.list_bybit_spot, order)

    common = {"category": "spot", "symbol": "BTCUSDT", "orderLinkId": "ours1", "qty": "0.5"}
    assert sent == ("api.bybit.com", "/v5/order/create", {**common, **fields})


@pytest.mark.parametrize(
    ("order", "fields"),
    [
        (on_futures(MARKET_BUY), {"side": "Buy", "orderType": "Market"}),
        (
            on_futures(MARKET_SELL, reduce_only=True),
            {"side": "Sell", "orderType": "Market", "reduceOnly": True},
        ),
        (
            on_futures(STOP_LIMIT),
            {
                "side": "Sell",
                "orderType": "Limit",
                "price": "88999.9",
                "triggerPrice": "89000",
                "triggerDirection": 2,
            },
        ),
        (
            on_futures(STOP_MARKET),
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
    sent = sent_for(venue, "bybit", MarketType.FUTURES, listings.list_bybit_linear, order)

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
    sent = sent_for(venue, "upbit", MarketType.SPOT, listings.list_upbit, order)

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
    sent = sent_for(venue, "bithumb", MarketType.SPOT, listings.list_bithumb, order)

    common = {"market": "KRW-BTC", "client_order_id": "ours1", "volume": "0.5"}
    assert sent == ("api.bithumb.com", "/v2/orders", {**common, **fields})


@pytest.mark.scenario(85)
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
def test_what_a_korean_venue_would_misread_is_refused_and_notsent_for(
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
