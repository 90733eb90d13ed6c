"""What Binance is really sent for each order: captured from ccxt's own classes.

Run again on every ccxt upgrade: several of these changed within 4.5.x.
"""

import pytest

from accounts.exchange.tests import listings
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
    OrderTicket,
)


@pytest.mark.parametrize(
    ("order", "fields"),
    [
        (
            MARKET_BUY,
            {"side": "BUY", "type": "MARKET", "quantity": "0.5"},
        ),
        (
            MARKET_SELL,
            {"side": "SELL", "type": "MARKET", "quantity": "0.5"},
        ),
        (
            LIMIT,
            {
                "side": "BUY",
                "type": "LIMIT",
                "quantity": "0.5",
                "price": "90000.1",
                "timeInForce": "GTC",
            },
        ),
        (
            STOP_LIMIT,
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
            STOP_MARKET,
            {"side": "BUY", "type": "STOP_LOSS", "quantity": "0.5", "stopPrice": "91000"},
        ),
    ],
)
def test_binance_spot_is_sent_what_was_asked(
    venue: ScriptedVenue, order: OrderTicket, fields: dict[str, str]
) -> None:
    sent = sent_for(venue, "binance", MarketType.SPOT, listings.list_binance, order)

    common = {"symbol": "BTCUSDT", "newClientOrderId": "ours1", "newOrderRespType": "FULL"}
    assert sent == ("api.binance.com", "/api/v3/order", {**common, **fields})


@pytest.mark.parametrize(
    ("order", "fields"),
    [
        (on_futures(MARKET_BUY), {"side": "BUY", "type": "MARKET"}),
        (
            on_futures(MARKET_SELL, reduce_only=True),
            {"side": "SELL", "type": "MARKET", "reduceOnly": "true"},
        ),
        (
            on_futures(LIMIT),
            {"side": "BUY", "type": "LIMIT", "price": "90000.1", "timeInForce": "GTC"},
        ),
    ],
)
def test_binance_futures_is_sent_what_was_asked(
    venue: ScriptedVenue, order: OrderTicket, fields: dict[str, str]
) -> None:
    sent = sent_for(venue, "binance", MarketType.FUTURES, listings.list_binance, order)

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
            on_futures(STOP_LIMIT),
            {"side": "SELL", "type": "STOP", "price": "88999.9", "triggerPrice": "89000"},
        ),
        (
            on_futures(STOP_MARKET),
            {"side": "BUY", "type": "STOP_MARKET", "triggerPrice": "91000"},
        ),
    ],
)
def test_binance_futures_stops_go_to_the_algo_service(
    venue: ScriptedVenue, order: OrderTicket, fields: dict[str, str]
) -> None:
    host, path, sent = sent_for(venue, "binance", MarketType.FUTURES, listings.list_binance, order)

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
