"""Public market data of both markets: time, order books, prices.

The last price is the price the house quotes around; the sandbox keeps no history, so the 24-hour
figures compare with the opening price and report no volume.
"""

from collections.abc import Callable
from decimal import Decimal

from accounts.sandbox.engine.decimals import ZERO
from accounts.sandbox.engine.listings import Market
from accounts.sandbox.engine.matching import Pit, levels
from accounts.sandbox.engine.orders import Side
from accounts.sandbox.errors import invalid_symbol
from accounts.sandbox.formats import Row, amount, milliseconds
from accounts.sandbox.routes import Access, Call, Route

_DAY_MS = 86_400_000
_DEFAULT_DEPTH = 100

Answer = Callable[[Call], object]


def ping(call: Call) -> Row:
    """Nothing, to show that the venue answers."""
    del call
    return {}


def server_time(call: Call) -> Row:
    """The venue's clock, milliseconds since the epoch."""
    return {"serverTime": milliseconds(call.clock_us)}


def system_status(call: Call) -> Row:
    """GET /sapi/v1/system/status: never under maintenance."""
    del call
    return {"status": 0, "msg": "normal"}


def average_price(call: Call) -> Row:
    """GET /api/v3/avgPrice."""
    pit = _pits(call, Market.SPOT)[0]
    now_ms = milliseconds(call.at_us)
    return {"mins": 5, "price": amount(pit.house.price), "closeTime": now_ms}


def depth(market: Market) -> Answer:
    """The order book, best prices first."""

    def answer(call: Call) -> Row:
        call.parameters.required("symbol")
        pit = _pits(call, market)[0]
        limit = call.parameters.integer("limit") or _DEFAULT_DEPTH
        book: Row = {"lastUpdateId": call.at_us}
        if market is Market.FUTURES:
            book |= {"E": milliseconds(call.at_us), "T": milliseconds(call.at_us)}
        for name, side in (("bids", Side.BUY), ("asks", Side.SELL)):
            best = levels(pit, side)[:limit]
            book[name] = [[amount(quote.price), amount(quote.quantity)] for quote in best]
        return book

    return answer


def per_symbol(market: Market, row: Callable[[Pit, int], Row]) -> Answer:
    """One row for `symbol`, a list for `symbols` or for none; `row` takes the time in ms."""

    def answer(call: Call) -> Row | list[Row]:
        rows = [row(pit, milliseconds(call.at_us)) for pit in _pits(call, market)]
        return rows[0] if call.parameters.text("symbol") else rows

    return answer


def _pits(call: Call, market: Market) -> list[Pit]:
    pits = call.venue.exchange.desk(market).pits
    one, several = call.parameters.text("symbol"), call.parameters.texts("symbols")
    symbols = [one] if one else several or list(pits)
    if any(symbol not in pits for symbol in symbols):
        raise invalid_symbol()
    return [pits[symbol] for symbol in symbols]


def _best(pit: Pit) -> Row:
    row: Row = {}
    for name, side in (("bid", Side.BUY), ("ask", Side.SELL)):
        best = levels(pit, side)[:1]
        row[f"{name}Price"] = amount(best[0].price if best else ZERO)
        row[f"{name}Qty"] = amount(best[0].quantity if best else ZERO)
    return row


def _price(pit: Pit, now_ms: int) -> Row:
    del now_ms
    return {"symbol": pit.listing.symbol, "price": amount(pit.house.price)}


def _book_ticker(pit: Pit, now_ms: int) -> Row:
    del now_ms
    return {"symbol": pit.listing.symbol, **_best(pit)}


def _timed(row: Callable[[Pit, int], Row]) -> Callable[[Pit, int], Row]:
    """With the time, as futures rows have it; ccxt takes rows without it for spot."""
    return lambda pit, now_ms: {**row(pit, now_ms), "time": now_ms}


def _day(pit: Pit, now_ms: int) -> Row:
    opened, last = pit.listing.opening_price, pit.house.price
    percent = (last / opened - 1) * 100
    return {
        "symbol": pit.listing.symbol,
        "priceChange": amount(last - opened),
        "priceChangePercent": f"{percent:.3f}",
        "weightedAvgPrice": amount(last),
        "prevClosePrice": amount(opened),
        "lastPrice": amount(last),
        "lastQty": amount(ZERO),
        **_best(pit),
        "openPrice": amount(opened),
        "highPrice": amount(max(opened, last)),
        "lowPrice": amount(min(opened, last)),
        "volume": amount(ZERO),
        "quoteVolume": amount(ZERO),
        "openTime": now_ms - _DAY_MS,
        "closeTime": now_ms,
        "firstId": -1,
        "lastId": -1,
        "count": 0,
    }


def _mark(pit: Pit, now_ms: int) -> Row:
    price = amount(pit.house.price)
    return {
        "symbol": pit.listing.symbol,
        "markPrice": price,
        "indexPrice": price,
        "estimatedSettlePrice": price,
        "lastFundingRate": amount(Decimal(0)),
        "interestRate": amount(Decimal(0)),
        "nextFundingTime": 0,
        "time": now_ms,
    }


def _public(market: Market, path: str, answer: Answer) -> Route:
    return Route("GET", path, answer, market, Access.PUBLIC)


_S, _F = Market.SPOT, Market.FUTURES
ROUTES = (
    _public(_S, "/api/v3/ping", ping),
    _public(_S, "/api/v3/time", server_time),
    _public(_S, "/api/v3/avgPrice", average_price),
    _public(_S, "/api/v3/depth", depth(_S)),
    _public(_S, "/api/v3/ticker/price", per_symbol(_S, _price)),
    _public(_S, "/api/v3/ticker/bookTicker", per_symbol(_S, _book_ticker)),
    _public(_S, "/api/v3/ticker/24hr", per_symbol(_S, _day)),
    _public(_S, "/sapi/v1/system/status", system_status),
    _public(_F, "/fapi/v1/ping", ping),
    _public(_F, "/fapi/v1/time", server_time),
    _public(_F, "/fapi/v1/depth", depth(_F)),
    _public(_F, "/fapi/v1/ticker/price", per_symbol(_F, _timed(_price))),
    _public(_F, "/fapi/v2/ticker/price", per_symbol(_F, _timed(_price))),
    _public(_F, "/fapi/v1/ticker/bookTicker", per_symbol(_F, _timed(_book_ticker))),
    _public(_F, "/fapi/v1/ticker/24hr", per_symbol(_F, _day)),
    _public(_F, "/fapi/v1/premiumIndex", per_symbol(_F, _mark)),
)
