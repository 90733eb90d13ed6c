"""Reads a spot order out of a request: which parameters its type takes, and what they mean.

Source: Binance spot, "New order": mandatory parameters per type.
"""

import uuid
from decimal import Decimal
from enum import StrEnum

from accounts.sandbox.engine.decimals import ZERO
from accounts.sandbox.engine.listings import SPOT_LISTINGS
from accounts.sandbox.engine.orders import Direction, Side, Ticket, TimeInForce, Trigger
from accounts.sandbox.errors import VenueError, invalid_symbol, missing, not_required, unsupported
from accounts.sandbox.formats import SELF_TRADE_PREVENTION
from accounts.sandbox.parameters import Parameters

_FINEST_DECIMALS = 8
_UNSUPPORTED = ("icebergQty", "trailingDelta", "pegPriceType", "pegOffsetValue")


class SpotType(StrEnum):
    """Binance's spot order types."""

    LIMIT = "LIMIT"
    MARKET = "MARKET"
    LIMIT_MAKER = "LIMIT_MAKER"
    STOP_LOSS = "STOP_LOSS"
    STOP_LOSS_LIMIT = "STOP_LOSS_LIMIT"
    TAKE_PROFIT = "TAKE_PROFIT"
    TAKE_PROFIT_LIMIT = "TAKE_PROFIT_LIMIT"


class _SpotTimeInForce(StrEnum):
    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"


_LIMITED = {
    SpotType.LIMIT,
    SpotType.LIMIT_MAKER,
    SpotType.STOP_LOSS_LIMIT,
    SpotType.TAKE_PROFIT_LIMIT,
}
_TIMED = _LIMITED - {SpotType.LIMIT_MAKER}
_STOPS = {SpotType.STOP_LOSS, SpotType.STOP_LOSS_LIMIT}
_TRIGGERED = _STOPS | {SpotType.TAKE_PROFIT, SpotType.TAKE_PROFIT_LIMIT}


def read(parameters: Parameters, *, account: str) -> Ticket:
    """The order the request asks for; VenueError when it is not one."""
    symbol = parameters.required("symbol")
    if symbol not in SPOT_LISTINGS:
        raise invalid_symbol()
    side = parameters.choice("side", Side, VenueError(-1117, "Invalid side."))
    order_type = parameters.choice("type", SpotType, VenueError(-1116, "Invalid orderType."))
    _check_unsupported(parameters)
    quantity, quote_quantity = _size(parameters, order_type)
    return Ticket(
        account=account,
        symbol=symbol,
        side=side,
        type=order_type.value,
        quantity=quantity,
        client_order_id=parameters.client_id("newClientOrderId") or uuid.uuid4().hex[:22],
        limit_price=_price(parameters, "price", is_taken=order_type in _LIMITED),
        quote_quantity=quote_quantity,
        trigger=_trigger(parameters, order_type, side),
        time_in_force=_time_in_force(parameters, order_type),
    )


def _check_unsupported(parameters: Parameters) -> None:
    if any(parameters.text(name) for name in _UNSUPPORTED):
        raise unsupported()
    if parameters.text("selfTradePreventionMode") not in (None, SELF_TRADE_PREVENTION):
        message = "This symbol does not allow the specified self-trade prevention mode."
        raise VenueError(-2010, message)


def _size(parameters: Parameters, order_type: SpotType) -> tuple[Decimal, Decimal | None]:
    """Quantity, and for market orders possibly a quote quantity instead."""
    quote_quantity = _amount(parameters, "quoteOrderQty")
    if quote_quantity is None:
        quantity = _amount(parameters, "quantity")
        if quantity is None:
            raise missing("quantity")
        return quantity, None
    if order_type is not SpotType.MARKET:
        raise not_required("quoteOrderQty")
    if parameters.text("quantity"):
        raise VenueError(-1128, "Combination of optional parameters invalid.")
    return ZERO, quote_quantity


def _amount(parameters: Parameters, name: str) -> Decimal | None:
    value = parameters.decimal(name)
    _check_decimals(name, value)
    if value == ZERO:
        raise VenueError(-1013, "Invalid quantity.")
    return value


def _price(parameters: Parameters, name: str, *, is_taken: bool) -> Decimal | None:
    value = parameters.decimal_if(name, is_taken=is_taken)
    _check_decimals(name, value)
    if value == ZERO:
        raise VenueError(-1013, "Invalid price.")
    return value


def _check_decimals(name: str, value: Decimal | None) -> None:
    if value is not None and -int(value.as_tuple().exponent) > _FINEST_DECIMALS:
        raise VenueError(-1111, f"Parameter '{name}' has too much precision.")


def _trigger(parameters: Parameters, order_type: SpotType, side: Side) -> Trigger | None:
    price = _price(parameters, "stopPrice", is_taken=order_type in _TRIGGERED)
    if price is None:
        return None
    rises = (order_type in _STOPS) == (side is Side.BUY)
    return Trigger(price, Direction.RISES_TO if rises else Direction.FALLS_TO)


def _time_in_force(parameters: Parameters, order_type: SpotType) -> TimeInForce:
    if order_type in _TIMED:
        error = VenueError(-1115, "Invalid timeInForce.")
        return TimeInForce(parameters.choice("timeInForce", _SpotTimeInForce, error))
    if parameters.text("timeInForce"):
        raise not_required("timeInForce")
    return TimeInForce.GTX if order_type is SpotType.LIMIT_MAKER else TimeInForce.GTC
