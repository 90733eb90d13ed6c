"""Binance's refusals: code, sentence and HTTP status of each.

Sources: Binance's error pages for spot and USDS-M futures, and the messages ccxt 4.5.90 matches in
`binance.py`. Invariant: every `Reason` of the engine has its row for both markets.
"""

from accounts.sandbox.engine.listings import Market
from accounts.sandbox.engine.refusals import Reason, Refused

BAD_REQUEST = 400
UNAUTHORIZED = 401
NOT_FOUND = 404


class VenueError(Exception):
    """What the venue answers instead of what was asked for."""

    def __init__(self, code: int, message: str, *, status: int = BAD_REQUEST) -> None:
        """`code` is Binance's negative number, `status` the HTTP status."""
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message
        self.status = status


def missing(name: str) -> VenueError:
    """A mandatory parameter is missing or cannot be read."""
    return VenueError(
        -1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."
    )


def illegal(name: str, pattern: str) -> VenueError:
    """A parameter holds what it may not."""
    return VenueError(
        -1100, f"Illegal characters found in parameter '{name}'; legal range is '{pattern}'."
    )


def not_required(name: str) -> VenueError:
    """A parameter was sent that this type of order does not take."""
    return VenueError(-1106, f"Parameter '{name}' sent when not required.")


def unsupported() -> VenueError:
    """Binance can do this; the sandbox cannot."""
    return VenueError(-1020, "This operation is not supported.")


def invalid_symbol() -> VenueError:
    """The symbol is not listed."""
    return VenueError(-1121, "Invalid symbol.")


def no_such_listen_key() -> VenueError:
    """There is no such listen key, or there is none any more."""
    return VenueError(-1125, "This listenKey does not exist.")


def no_such_order() -> VenueError:
    """A query found nothing."""
    return VenueError(-2013, "Order does not exist.")


def _filter(name: str) -> tuple[int, str]:
    return -1013, f"Filter failure: {name}"


_UNKNOWN_ORDER = (-2011, "Unknown order sent.")

_SPOT: dict[Reason, tuple[int, str]] = {
    Reason.INSUFFICIENT_FUNDS: (-2010, "Account has insufficient balance for requested action."),
    Reason.DUPLICATE_CLIENT_ORDER_ID: (-2010, "Duplicate order sent."),
    Reason.WOULD_TAKE: (-2010, "Order would immediately match and take."),
    Reason.WOULD_TRIGGER: (-2010, "Stop price would trigger immediately."),
    Reason.UNKNOWN_ORDER: _UNKNOWN_ORDER,
    Reason.PRICE_TOO_LOW: _filter("PRICE_FILTER"),
    Reason.PRICE_TOO_HIGH: _filter("PRICE_FILTER"),
    Reason.PRICE_OFF_TICK: _filter("PRICE_FILTER"),
    Reason.PRICE_ABOVE_BAND: _filter("PERCENT_PRICE_BY_SIDE"),
    Reason.PRICE_BELOW_BAND: _filter("PERCENT_PRICE_BY_SIDE"),
    Reason.QUANTITY_TOO_SMALL: _filter("LOT_SIZE"),
    Reason.QUANTITY_TOO_LARGE: _filter("LOT_SIZE"),
    Reason.QUANTITY_OFF_STEP: _filter("LOT_SIZE"),
    Reason.MARKET_QUANTITY_TOO_LARGE: _filter("MARKET_LOT_SIZE"),
    Reason.NOTIONAL_TOO_SMALL: _filter("NOTIONAL"),
    Reason.NOTIONAL_TOO_LARGE: _filter("NOTIONAL"),
    Reason.TOO_MANY_ORDERS: _filter("MAX_NUM_ORDERS"),
    Reason.TOO_MANY_STOP_ORDERS: _filter("MAX_NUM_ALGO_ORDERS"),
}

_NOTIONAL = "Order's notional must be no smaller than {bound} (unless you choose reduce only)."
_GTX = (
    "Due to the order could not be executed as maker, the Post Only order will be rejected. "
    "The order will not be recorded in the order history"
)
_FOK = (
    "Due to the order could not be filled immediately, the FOK order has been rejected. "
    "The order will not be recorded in the order history"
)

_FUTURES: dict[Reason, tuple[int, str]] = {
    Reason.INSUFFICIENT_FUNDS: (-2019, "Margin is insufficient."),
    Reason.DUPLICATE_CLIENT_ORDER_ID: (-4116, "ClientOrderId is duplicated."),
    Reason.WOULD_TAKE: (-5022, _GTX),
    Reason.WOULD_TRIGGER: (-2021, "Order would immediately trigger."),
    Reason.CANNOT_FILL_WHOLE: (-5021, _FOK),
    Reason.NOTHING_TO_REDUCE: (-2022, "ReduceOnly Order is rejected."),
    Reason.REDUCTION_TAKEN: (
        -4118,
        "ReduceOnly Order Failed. Please check your existing position and open orders",
    ),
    Reason.UNKNOWN_ORDER: _UNKNOWN_ORDER,
    Reason.PRICE_TOO_LOW: (-4013, "Price less than min price."),
    Reason.PRICE_TOO_HIGH: (-4002, "Price greater than max price."),
    Reason.PRICE_OFF_TICK: (-4014, "Price not increased by tick size."),
    Reason.PRICE_ABOVE_BAND: (-4016, "Limit price can't be higher than {bound}."),
    Reason.PRICE_BELOW_BAND: (-4024, "Limit price can't be lower than {bound}."),
    Reason.QUANTITY_TOO_SMALL: (-4004, "Quantity less than min quantity."),
    Reason.QUANTITY_TOO_LARGE: (-4005, "Quantity greater than max quantity."),
    Reason.QUANTITY_OFF_STEP: (-4023, "Quantity not increased by step size."),
    Reason.MARKET_QUANTITY_TOO_LARGE: (-4005, "Quantity greater than max quantity."),
    Reason.NOTIONAL_TOO_SMALL: (-4164, _NOTIONAL),
    Reason.NOTIONAL_TOO_LARGE: (
        -2027,
        "Exceeded the maximum allowable position at current leverage.",
    ),
    Reason.TOO_MANY_ORDERS: (-2025, "Reach max open order limit."),
    Reason.TOO_MANY_STOP_ORDERS: (-4045, "Reach max stop order limit."),
    Reason.LEVERAGE_OUT_OF_RANGE: (-4028, "Leverage {bound} is not valid"),
    Reason.MARGIN_TYPE_UNCHANGED: (-4046, "No need to change margin type."),
}

_ROWS = {Market.SPOT: _SPOT, Market.FUTURES: _FUTURES}


def texts(market: Market) -> dict[int, str]:
    """What the market says with each code of the engine's refusals, its first where it has several.

    Every limit in them reads 100: it is the text that is asked for, not the limit.
    """
    rows = reversed(_ROWS[market].values())
    return {code: message.format(bound="100") for code, message in rows}


def of_refusal(market: Market, refused: Refused) -> VenueError:
    """What the market answers when the engine refused; KeyError for what it never refuses."""
    code, message = _ROWS[market][refused.reason]
    return VenueError(code, message.format(bound=refused.bound))
