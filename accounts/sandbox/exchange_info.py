"""What is traded, as exchangeInfo, coin and bracket lists show it; derived from the listings."""

from decimal import Decimal

from accounts.sandbox.engine.listings import FUTURES_LISTINGS, SPOT_LISTINGS, Listing, Market
from accounts.sandbox.errors import invalid_symbol
from accounts.sandbox.formats import (
    SELF_TRADE_PREVENTION,
    Row,
    amount,
    decimals,
    milliseconds,
    plain,
    price_decimals,
)
from accounts.sandbox.futures_tickets import FuturesType
from accounts.sandbox.routes import Access, Call, Route
from accounts.sandbox.spot_tickets import SpotType

_PERPETUAL_DELIVERY_MS = 4_133_404_800_000  # 2100-12-25, Binance's date for "never"
_LISTED_MS = 1_569_398_400_000


def spot_info(call: Call) -> Row:
    """GET /api/v3/exchangeInfo."""
    one, several = call.parameters.text("symbol"), call.parameters.texts("symbols")
    symbols = several or ([one] if one else list(SPOT_LISTINGS))
    if any(symbol not in SPOT_LISTINGS for symbol in symbols):
        raise invalid_symbol()
    return {
        "timezone": "UTC",
        "serverTime": milliseconds(call.clock_us),
        "rateLimits": [],
        "exchangeFilters": [],
        "symbols": [_spot_symbol(_listing(call, Market.SPOT, symbol)) for symbol in symbols],
    }


def _listing(call: Call, market: Market, symbol: str) -> Listing:
    """With the filters that are in force now."""
    return call.venue.exchange.desk(market).pits[symbol].listing


def _spot_symbol(listing: Listing) -> Row:
    return {
        "symbol": listing.symbol,
        "status": "TRADING",
        "baseAsset": listing.base,
        "baseAssetPrecision": 8,
        "quoteAsset": listing.quote,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "baseCommissionPrecision": 8,
        "quoteCommissionPrecision": 8,
        "orderTypes": [order_type.value for order_type in SpotType],
        "icebergAllowed": False,
        "ocoAllowed": False,
        "otoAllowed": False,
        "quoteOrderQtyMarketAllowed": True,
        "allowTrailingStop": False,
        "cancelReplaceAllowed": False,
        "amendAllowed": False,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "filters": _spot_filters(listing),
        "permissions": [],
        "permissionSets": [["SPOT"]],
        "defaultSelfTradePreventionMode": SELF_TRADE_PREVENTION,
        "allowedSelfTradePreventionModes": [SELF_TRADE_PREVENTION],
    }


def _spot_filters(listing: Listing) -> list[Row]:
    multipliers = {
        "bidMultiplierUp": plain(listing.multiplier_up),
        "bidMultiplierDown": plain(listing.multiplier_down),
        "askMultiplierUp": plain(listing.multiplier_up),
        "askMultiplierDown": plain(listing.multiplier_down),
    }
    return [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": amount(listing.price_tick),
            "maxPrice": amount(listing.max_price),
            "tickSize": amount(listing.price_tick),
        },
        {
            "filterType": "LOT_SIZE",
            "minQty": amount(listing.min_quantity),
            "maxQty": amount(listing.max_quantity),
            "stepSize": amount(listing.quantity_step),
        },
        {
            "filterType": "MARKET_LOT_SIZE",
            "minQty": amount(Decimal(0)),
            "maxQty": amount(listing.max_market_quantity),
            "stepSize": amount(Decimal(0)),
        },
        {"filterType": "PERCENT_PRICE_BY_SIDE", **multipliers, "avgPriceMins": 5},
        {
            "filterType": "NOTIONAL",
            "minNotional": amount(listing.min_notional),
            "applyMinToMarket": True,
            "maxNotional": amount(listing.max_notional),
            "applyMaxToMarket": True,
            "avgPriceMins": 5,
        },
        {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": listing.max_orders},
        {"filterType": "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": listing.max_stop_orders},
    ]


def futures_info(call: Call) -> Row:
    """GET /fapi/v1/exchangeInfo."""
    return {
        "timezone": "UTC",
        "serverTime": milliseconds(call.clock_us),
        "futuresType": "U_MARGINED",
        "rateLimits": [],
        "exchangeFilters": [],
        "assets": [{"asset": "USDT", "marginAvailable": True, "autoAssetExchange": "0"}],
        "symbols": [
            _futures_symbol(_listing(call, Market.FUTURES, symbol)) for symbol in FUTURES_LISTINGS
        ],
    }


def _futures_symbol(listing: Listing) -> Row:
    return {
        "symbol": listing.symbol,
        "pair": listing.symbol,
        "contractType": "PERPETUAL",
        "deliveryDate": _PERPETUAL_DELIVERY_MS,
        "onboardDate": _LISTED_MS,
        "status": "TRADING",
        "maintMarginPercent": "2.5000",
        "requiredMarginPercent": "5.0000",
        "baseAsset": listing.base,
        "quoteAsset": listing.quote,
        "marginAsset": listing.quote,
        "pricePrecision": price_decimals(listing),
        "quantityPrecision": decimals(listing.quantity_step),
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "underlyingType": "COIN",
        "underlyingSubType": [],
        "triggerProtect": "0.0500",
        "liquidationFee": "0.000000",
        "marketTakeBound": "0.05",
        "orderTypes": [kind.value for kind in FuturesType],
        "timeInForce": ["GTC", "IOC", "FOK", "GTX"],
        "filters": _futures_filters(listing),
    }


def _futures_filters(listing: Listing) -> list[Row]:
    step = {"minQty": plain(listing.min_quantity), "stepSize": plain(listing.quantity_step)}
    return [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": plain(listing.price_tick),
            "maxPrice": plain(listing.max_price),
            "tickSize": plain(listing.price_tick),
        },
        {"filterType": "LOT_SIZE", "maxQty": plain(listing.max_quantity), **step},
        {"filterType": "MARKET_LOT_SIZE", "maxQty": plain(listing.max_market_quantity), **step},
        {"filterType": "MAX_NUM_ORDERS", "limit": listing.max_orders},
        {"filterType": "MAX_NUM_ALGO_ORDERS", "limit": listing.max_stop_orders},
        {"filterType": "MIN_NOTIONAL", "notional": plain(listing.min_notional)},
        {
            "filterType": "PERCENT_PRICE",
            "multiplierUp": f"{listing.multiplier_up:.4f}",
            "multiplierDown": f"{listing.multiplier_down:.4f}",
            "multiplierDecimal": "4",
        },
    ]


def inverse_info(call: Call) -> Row:
    """GET /dapi/v1/exchangeInfo: ccxt.binance loads it; nothing is listed there."""
    return {"timezone": "UTC", "serverTime": milliseconds(call.clock_us), "symbols": []}


def coins(call: Call) -> list[Row]:
    """GET /sapi/v1/capital/config/getall: no coin can be moved in or out."""
    del call
    assets = [*(listing.base for listing in SPOT_LISTINGS.values()), "USDT"]
    return [
        {
            "coin": asset,
            "name": asset,
            "trading": True,
            "isLegalMoney": False,
            "depositAllEnable": False,
            "withdrawAllEnable": False,
            "free": "0",
            "locked": "0",
            "networkList": [],
        }
        for asset in assets
    ]


def no_margin_pairs(call: Call) -> list[Row]:
    """GET /sapi/v1/margin/allPairs and .../isolated/allPairs: there is no margin trading here."""
    del call
    return []


ROUTES = (
    Route("GET", "/api/v3/exchangeInfo", spot_info, Market.SPOT, Access.PUBLIC),
    Route("GET", "/fapi/v1/exchangeInfo", futures_info, Market.FUTURES, Access.PUBLIC),
    Route("GET", "/dapi/v1/exchangeInfo", inverse_info, Market.FUTURES, Access.PUBLIC),
    Route("GET", "/sapi/v1/capital/config/getall", coins, Market.SPOT),
    Route("GET", "/sapi/v1/margin/allPairs", no_margin_pairs, Market.SPOT),
    Route("GET", "/sapi/v1/margin/isolated/allPairs", no_margin_pairs, Market.SPOT),
)
