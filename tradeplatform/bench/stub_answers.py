"""What the stub exchange says, in the shape of Binance's spot API documentation (2025)."""

import json
import time
from collections.abc import Mapping
from typing import Any

# As many as Binance lists, so that tables and clients are as heavy as there.
_SYMBOLS = 2500
_QUOTES = ("USDT", "BTC", "FDUSD", "TRY")


def _symbol(base: str, quote: str) -> dict[str, Any]:
    return {
        "symbol": base + quote,
        "status": "TRADING",
        "baseAsset": base,
        "baseAssetPrecision": 8,
        "quoteAsset": quote,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "baseCommissionPrecision": 8,
        "quoteCommissionPrecision": 8,
        "orderTypes": ["LIMIT", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT"],
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "filters": _FILTERS,
        "permissions": [],
        "permissionSets": [["SPOT"]],
    }


_FILTERS = [
    {
        "filterType": "PRICE_FILTER",
        "minPrice": "0.01000000",
        "maxPrice": "1000000.00000000",
        "tickSize": "0.01000000",
    },
    {
        "filterType": "LOT_SIZE",
        "minQty": "0.00001000",
        "maxQty": "9000.00000000",
        "stepSize": "0.00001000",
    },
    {
        "filterType": "NOTIONAL",
        "minNotional": "5.00000000",
        "applyMinToMarket": True,
        "maxNotional": "9000000.00000000",
        "applyMaxToMarket": False,
        "avgPriceMins": 5,
    },
]


def _exchange_info() -> bytes:
    others = (_symbol(f"C{number // 4:04d}", _QUOTES[number % 4]) for number in range(1, _SYMBOLS))
    symbols = [_symbol("BTC", "USDT"), *others]
    return json.dumps({"timezone": "UTC", "rateLimits": [], "symbols": symbols}).encode()


EXCHANGE_INFO = _exchange_info()


def account() -> Mapping[str, Any]:
    """`GET /api/v3/account`: rich enough for anything."""
    coins = (("USDT", "1000000000.00"), ("BTC", "1000.00"))
    balances = [{"asset": coin, "free": free, "locked": "0.00"} for coin, free in coins]
    return {"canTrade": True, "accountType": "SPOT", "balances": balances, "permissions": ["SPOT"]}


def new_order(asked: Mapping[str, str], *, number: int) -> dict[str, Any]:
    """`POST /api/v3/order`, newOrderRespType FULL, and the same order in lists: it rests."""
    now = int(time.time() * 1000)
    return {
        "symbol": asked["symbol"],
        "orderId": number,
        "orderListId": -1,
        "clientOrderId": asked["newClientOrderId"],
        "transactTime": now,
        "time": now,
        "updateTime": now,
        "workingTime": now,
        "price": asked.get("price", "0.00000000"),
        "origQty": asked["quantity"],
        "executedQty": "0.00000000",
        "cummulativeQuoteQty": "0.00000000",
        "status": "NEW",
        "timeInForce": "GTC",
        "type": asked["type"],
        "side": asked["side"],
        "fills": [],
    }
