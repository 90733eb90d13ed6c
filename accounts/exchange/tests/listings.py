"""The venues' own listings of BTC and PEPE markets, cut to the fields ccxt reads."""

from typing import Any

from accounts.exchange.tests.scripted_venue import Answer, ScriptedVenue

_SPOT_TYPES = ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT"]
_FUTURES_TYPES = ["LIMIT", "MARKET", "STOP", "STOP_MARKET"]


def _binance_spot(symbol: str, base: str) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "status": "TRADING",
        "baseAsset": base,
        "quoteAsset": "USDT",
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "orderTypes": _SPOT_TYPES,
        "isSpotTradingAllowed": True,
        "permissions": ["SPOT"],
        "filters": [
            {
                "filterType": "PRICE_FILTER",
                "minPrice": "0.01",
                "maxPrice": "1000000.00",
                "tickSize": "0.01",
            },
            {
                "filterType": "LOT_SIZE",
                "minQty": "0.00001000",
                "maxQty": "9000.00000000",
                "stepSize": "0.00001000",
            },
            {"filterType": "MARKET_LOT_SIZE", "minQty": "0", "maxQty": "120.5", "stepSize": "0"},
            {"filterType": "NOTIONAL", "minNotional": "5.00000000"},
        ],
    }


def _binance_futures(symbol: str, base: str) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "pair": symbol,
        "contractType": "PERPETUAL",
        "deliveryDate": 4133404800000,
        "onboardDate": 1569398400000,
        "status": "TRADING",
        "baseAsset": base,
        "quoteAsset": "USDT",
        "marginAsset": "USDT",
        "pricePrecision": 2,
        "quantityPrecision": 3,
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "orderTypes": _FUTURES_TYPES,
        "filters": [
            {
                "filterType": "PRICE_FILTER",
                "minPrice": "556.80",
                "maxPrice": "4529764",
                "tickSize": "0.10",
            },
            {"filterType": "LOT_SIZE", "minQty": "0.001", "maxQty": "1000", "stepSize": "0.001"},
            {
                "filterType": "MARKET_LOT_SIZE",
                "minQty": "0.001",
                "maxQty": "120",
                "stepSize": "0.001",
            },
            {"filterType": "MIN_NOTIONAL", "notional": "100"},
        ],
    }


def list_binance(venue: ScriptedVenue) -> None:
    spot = [_binance_spot("BTCUSDT", "BTC")]
    futures = [_binance_futures("BTCUSDT", "BTC"), _binance_futures("1000PEPEUSDT", "1000PEPE")]
    venue.will_answer("GET", "/api/v3/exchangeInfo", Answer({"symbols": spot}))
    venue.will_answer("GET", "/fapi/v1/exchangeInfo", Answer({"symbols": futures}))


def list_okx_spot(venue: ScriptedVenue) -> None:
    row = {
        "instType": "SPOT",
        "instId": "BTC-USDT",
        "baseCcy": "BTC",
        "quoteCcy": "USDT",
        "state": "live",
        "tickSz": "0.1",
        "lotSz": "0.00000001",
        "minSz": "0.00001",
        "maxLmtSz": "9999",
        "maxMktSz": "1000000",
    }
    venue.will_answer("GET", "/api/v5/public/instruments", Answer({"code": "0", "data": [row]}))


def list_okx_swap(venue: ScriptedVenue) -> None:
    row = {
        "instType": "SWAP",
        "instId": "BTC-USDT-SWAP",
        "uly": "BTC-USDT",
        "instFamily": "BTC-USDT",
        "baseCcy": "",
        "quoteCcy": "",
        "settleCcy": "USDT",
        "ctVal": "0.01",
        "ctMult": "1",
        "ctValCcy": "BTC",
        "ctType": "linear",
        "state": "live",
        "tickSz": "0.1",
        "lotSz": "1",
        "minSz": "1",
        "maxLmtSz": "100000000",
        "maxMktSz": "12000",
    }
    venue.will_answer("GET", "/api/v5/public/instruments", Answer({"code": "0", "data": [row]}))


def list_bybit_spot(venue: ScriptedVenue) -> None:
    _list_bybit(
        venue,
        "spot",
        {
            "symbol": "BTCUSDT",
            "baseCoin": "BTC",
            "quoteCoin": "USDT",
            "status": "Trading",
            "lotSizeFilter": {
                "basePrecision": "0.000001",
                "quotePrecision": "0.00000001",
                "minOrderQty": "0.000048",
                "maxOrderQty": "71.73956243",
                "minOrderAmt": "5",
                "maxOrderAmt": "4000000",
            },
            "priceFilter": {"tickSize": "0.01"},
        },
    )


def list_bybit_linear(venue: ScriptedVenue) -> None:
    _list_bybit(
        venue,
        "linear",
        {
            "symbol": "BTCUSDT",
            "contractType": "LinearPerpetual",
            "status": "Trading",
            "baseCoin": "BTC",
            "quoteCoin": "USDT",
            "settleCoin": "USDT",
            "launchTime": "1585526400000",
            "deliveryTime": "0",
            "priceScale": "2",
            "leverageFilter": {"minLeverage": "1", "maxLeverage": "100.00", "leverageStep": "0.01"},
            "priceFilter": {"minPrice": "0.10", "maxPrice": "1999999.80", "tickSize": "0.10"},
            "lotSizeFilter": {
                "maxOrderQty": "1190.000",
                "minOrderQty": "0.001",
                "qtyStep": "0.001",
                "maxMktOrderQty": "500.000",
                "minNotionalValue": "5",
            },
        },
    )


def _list_bybit(venue: ScriptedVenue, category: str, row: dict[str, Any]) -> None:
    venue.will_answer(
        "GET",
        "/v5/market/instruments-info",
        Answer({"retCode": 0, "retMsg": "OK", "result": {"category": category, "list": [row]}}),
    )


def list_upbit(venue: ScriptedVenue) -> None:
    rows = [
        {"market": "KRW-BTC", "korean_name": "비트코인", "english_name": "Bitcoin"},
        {"market": "BTC-ETH", "korean_name": "이더리움", "english_name": "Ethereum"},
    ]
    venue.will_answer("GET", "/v1/market/all", Answer(rows))


def list_bithumb(venue: ScriptedVenue) -> None:
    rows = [
        {"market": "KRW-BTC", "korean_name": "비트코인", "english_name": "Bitcoin"},
        {"market": "KRW-XRP", "korean_name": "리플", "english_name": "XRP"},
    ]
    venue.will_answer("GET", "/v1/market/all", Answer(rows))
