"""What Binance says with each code, and the HTTP status it comes with. Pure data.

Sources: developers.binance.com, "Error codes" of spot and of USDS-M futures; for the statuses the
"HTTP Return Codes" of both. What the engine refuses by itself has its texts in `errors.py`. Where
Binance names no status for a code the usual 400 is taken; 408 for -1007 is the futures page's.
"""

from accounts.sandbox.engine.listings import Market
from accounts.sandbox.errors import BAD_REQUEST, UNAUTHORIZED, VenueError, texts

TOO_MANY_REQUESTS = 429
BANNED = 418
_SERVER_ERROR, _UNAVAILABLE, _TIMED_OUT = 500, 503, 408

WEIGHT_USED = (
    "Too much request weight used; current limit is {limit} request weight per 1 MINUTE. "
    "Please use WebSocket Streams for live updates to avoid polling the API."
)
ADDRESS_BANNED = (
    "Way too much request weight used; IP banned until {until_ms}. "
    "Please use WebSocket Streams for live updates to avoid bans."
)
ORDERS_USED = "Too many new orders; current limit is {limit} orders per {interval}."

_ANYWHERE: dict[int, tuple[int, str]] = {
    -1000: (_SERVER_ERROR, "An unknown error occurred while processing the request."),
    -1001: (_SERVER_ERROR, "Internal error; unable to process your request. Please try again."),
    -1002: (UNAUTHORIZED, "You are not authorized to execute this request."),
    -1003: (TOO_MANY_REQUESTS, "Too many requests queued."),
    -1006: (
        _SERVER_ERROR,
        "An unexpected response was received from the message bus. Execution status unknown.",
    ),
    -1007: (
        _TIMED_OUT,
        "Timeout waiting for response from backend server. "
        "Send status unknown; execution status unknown.",
    ),
    -1015: (TOO_MANY_REQUESTS, "Too many new orders."),
    -1016: (_UNAVAILABLE, "This service is no longer available."),
    -1021: (BAD_REQUEST, "Timestamp for this request is outside of the recvWindow."),
    -1022: (BAD_REQUEST, "Signature for this request is not valid."),
    -1111: (BAD_REQUEST, "Precision is over the maximum defined for this asset."),
    -1121: (BAD_REQUEST, "Invalid symbol."),
    -2013: (BAD_REQUEST, "Order does not exist."),
    -2014: (UNAUTHORIZED, "API-key format invalid."),
    -2015: (UNAUTHORIZED, "Invalid API-key, IP, or permissions for action."),
}
_OF_ONE_MARKET: dict[tuple[Market, int], tuple[int, str]] = {
    (Market.SPOT, -1008): (
        _UNAVAILABLE,
        "Server is currently overloaded with other requests. Please try again in a few minutes.",
    ),
    (Market.FUTURES, -1008): (
        _UNAVAILABLE,
        "Request throttled by system-level protection. Reduce-only/close-position orders are "
        "exempt. Please try again.",
    ),
    (Market.FUTURES, -2018): (BAD_REQUEST, "Balance is insufficient."),
    (Market.FUTURES, -4061): (
        BAD_REQUEST,
        "Order's position side does not match user's setting.",
    ),
}


def knows(code: int) -> bool:
    """Whether Binance's text for `code` is known on any market."""
    return any(_found(market, code) for market in Market)


def refusal(market: Market, code: int) -> VenueError:
    """Binance's refusal with `code`; on the other market than its own it says the same."""
    other = Market.FUTURES if market is Market.SPOT else Market.SPOT
    found = _found(market, code) or _found(other, code)
    if found is None:
        return VenueError(code, "")
    status, text = found
    return VenueError(code, text, status=status)


def _found(market: Market, code: int) -> tuple[int, str] | None:
    if code in _ANYWHERE:
        return _ANYWHERE[code]
    if (market, code) in _OF_ONE_MARKET:
        return _OF_ONE_MARKET[market, code]
    text = texts(market).get(code)
    return None if text is None else (BAD_REQUEST, text)
