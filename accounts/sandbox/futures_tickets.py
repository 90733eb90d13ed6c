"""Reads a futures order or stop out of a request: which parameters its type takes, what they mean.

Source: Binance USDS-M futures, "New order" and "New algo order". One-way mode only.
"""

import uuid
from decimal import Decimal
from enum import StrEnum

from accounts.sandbox.engine.decimals import ZERO
from accounts.sandbox.engine.listings import FUTURES_LISTINGS, Listing
from accounts.sandbox.engine.orders import Direction, Side, Ticket, TimeInForce, Trigger
from accounts.sandbox.errors import VenueError, invalid_symbol, missing, not_required, unsupported
from accounts.sandbox.formats import SELF_TRADE_PREVENTION, decimals, price_decimals
from accounts.sandbox.parameters import Parameters


class StopType(StrEnum):
    """Binance's conditional order types that the algo endpoints take."""

    STOP = "STOP"
    STOP_MARKET = "STOP_MARKET"
    TAKE_PROFIT = "TAKE_PROFIT"
    TAKE_PROFIT_MARKET = "TAKE_PROFIT_MARKET"


class FuturesType(StrEnum):
    """Binance's futures order types; the order endpoint takes the first two only."""

    LIMIT = "LIMIT"
    MARKET = "MARKET"
    STOP = "STOP"
    STOP_MARKET = "STOP_MARKET"
    TAKE_PROFIT = "TAKE_PROFIT"
    TAKE_PROFIT_MARKET = "TAKE_PROFIT_MARKET"


_INVALID_TYPE = VenueError(-1116, "Invalid orderType.")
_INVALID_SIDE = VenueError(-1117, "Invalid side.")
_INVALID_TIME_IN_FORCE = VenueError(-1115, "Invalid timeInForce.")
_USE_ALGO = VenueError(
    -4120,
    "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.",
)
_UNSUPPORTED = ("priceMatch", "activatePrice", "callbackRate")


def read_order(parameters: Parameters, *, account: str) -> Ticket:
    """The order the request asks for; VenueError when it is not one."""
    listing = _listing(parameters)
    side = parameters.choice("side", Side, _INVALID_SIDE)
    order_type = parameters.choice("type", FuturesType, _INVALID_TYPE)
    if order_type not in (FuturesType.LIMIT, FuturesType.MARKET):
        raise _USE_ALGO
    _check_mode(parameters)
    has_limit = order_type is FuturesType.LIMIT
    return Ticket(
        account=account,
        symbol=listing.symbol,
        side=side,
        type=order_type.value,
        quantity=_quantity(parameters, listing),
        client_order_id=_client_id(parameters, "newClientOrderId"),
        limit_price=_price(parameters, "price", listing, is_taken=has_limit),
        time_in_force=_time_in_force(parameters, is_required=has_limit),
        reduce_only=parameters.flag("reduceOnly"),
    )


def read_stop(parameters: Parameters, *, account: str) -> Ticket:
    """The algo order the request asks for; VenueError when it is not one."""
    if parameters.required("algoType") != "CONDITIONAL":
        raise unsupported()
    listing = _listing(parameters)
    side = parameters.choice("side", Side, _INVALID_SIDE)
    stop_type = parameters.choice("type", StopType, _INVALID_TYPE)
    _check_mode(parameters)
    has_limit = stop_type in (StopType.STOP, StopType.TAKE_PROFIT)
    closes = parameters.flag("closePosition")
    if closes:
        _check_closing(parameters, has_limit=has_limit)
    return Ticket(
        account=account,
        symbol=listing.symbol,
        side=side,
        type=stop_type.value,
        quantity=ZERO if closes else _quantity(parameters, listing),
        client_order_id=_client_id(parameters, "clientAlgoId"),
        limit_price=_price(parameters, "price", listing, is_taken=has_limit),
        trigger=_trigger(parameters, listing, stop_type, side),
        time_in_force=_time_in_force(parameters, is_required=False),
        reduce_only=parameters.flag("reduceOnly"),
        close_position=closes,
    )


def _listing(parameters: Parameters) -> Listing:
    listing = FUTURES_LISTINGS.get(parameters.required("symbol"))
    if listing is None:
        raise invalid_symbol()
    return listing


def _check_mode(parameters: Parameters) -> None:
    if parameters.text("positionSide") not in (None, "BOTH"):
        raise VenueError(-4061, "Order's position side does not match user's setting.")
    if any(parameters.text(name) for name in _UNSUPPORTED):
        raise unsupported()
    if parameters.text("selfTradePreventionMode") not in (None, SELF_TRADE_PREVENTION):
        raise unsupported()


def _check_closing(parameters: Parameters, *, has_limit: bool) -> None:
    if parameters.text("quantity"):
        raise VenueError(-4137, "Quantity must be zero with closePosition equals true.")
    if has_limit:
        raise VenueError(-4136, "Target strategy invalid for orderType with closePosition true.")
    if parameters.text("reduceOnly"):
        raise not_required("reduceonly")


def _client_id(parameters: Parameters, name: str) -> str:
    return parameters.client_id(name) or uuid.uuid4().hex[:22]


def _quantity(parameters: Parameters, listing: Listing) -> Decimal:
    value = parameters.decimal("quantity")
    if value is None:
        raise missing("quantity")
    if value == ZERO:
        raise VenueError(-4003, "Quantity less than or equal to zero.")
    _check_decimals(value, decimals(listing.quantity_step))
    return value


def _price(
    parameters: Parameters, name: str, listing: Listing, *, is_taken: bool
) -> Decimal | None:
    value = parameters.decimal_if(name, is_taken=is_taken)
    if value == ZERO:
        raise VenueError(-4001, "Price less than 0.")
    if value is not None:
        _check_decimals(value, price_decimals(listing))
    return value


def _check_decimals(value: Decimal, places: int) -> None:
    if -int(value.normalize().as_tuple().exponent) > places:
        raise VenueError(-1111, "Precision is over the maximum defined for this asset.")


def _trigger(
    parameters: Parameters, listing: Listing, stop_type: StopType, side: Side
) -> Trigger | None:
    price = _price(parameters, "triggerPrice", listing, is_taken=True)
    if price is None:
        return None
    stops = stop_type in (StopType.STOP, StopType.STOP_MARKET)
    rises = stops == (side is Side.BUY)
    return Trigger(price, Direction.RISES_TO if rises else Direction.FALLS_TO)


def _time_in_force(parameters: Parameters, *, is_required: bool) -> TimeInForce:
    if not is_required and parameters.text("timeInForce") is None:
        return TimeInForce.GTC
    return parameters.choice("timeInForce", TimeInForce, _INVALID_TIME_IN_FORCE)
