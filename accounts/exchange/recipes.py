"""How an order ticket becomes the arguments of ccxt's create_order, per venue. Pure.

Numbers leave as text, exactly as the ticket has them: the rounding was done when it was sized, and
a number that the venue's steps would change is refused here. A market order never carries a price,
because a price turns it into an order for an amount of quote currency on several venues.
"""

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from accounts.exchange.types import MarketRules, MarketType, NotSent, OrderTicket, OrderType, Side
from accounts.exchange.venues import CLIENT_ORDER_ID_MAX_LENGTH, Access, StopStyle, is_stop
from tradeplatform.lib.decimals import plain

_WITH_LIMIT_PRICE = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT})


@dataclass(frozen=True, slots=True)
class Creation:
    """The arguments of create_order; `amount` is in the venue's unit (base coin or contracts)."""

    symbol: str
    type: str
    side: str
    amount: str
    price: str | None
    params: dict[str, str | bool] = field(default_factory=dict)

    def arguments(self) -> dict[str, Any]:
        """By name. Not `asdict`, which copies deeply and takes longer than signing."""
        return {name: getattr(self, name) for name in self.__slots__}


def creation_of(
    ticket: OrderTicket, *, access: Access, rules: MarketRules, contract_size: Decimal
) -> Creation:
    """The one request that places the ticket; raises NotSent for what must not be sent."""
    _check_client_order_id(ticket.client_order_id)
    _check_venue_can(ticket, access)
    _check_numbers(ticket, rules)
    has_limit = ticket.order_type in _WITH_LIMIT_PRICE
    return Creation(
        symbol=ticket.symbol,
        type="limit" if has_limit else "market",
        side=ticket.side.value.lower(),
        amount=plain(ticket.quantity / contract_size),
        price=plain(_given(ticket.limit_price)) if has_limit else None,
        params=_params(ticket, access, rules),
    )


def _params(ticket: OrderTicket, access: Access, rules: MarketRules) -> dict[str, str | bool]:
    params: dict[str, str | bool] = {}
    if is_stop(ticket.order_type):
        params[access.stop_client_id_field] = ticket.client_order_id
        params["triggerPrice"] = plain(_given(ticket.trigger_price))
    else:
        params["clientOrderId"] = ticket.client_order_id
    if is_stop(ticket.order_type) and access.stop_style is StopStyle.SAME_ORDER_DIRECTED:
        params["triggerDirection"] = "ascending" if ticket.side is Side.BUY else "descending"
    if ticket.reduce_only and rules.market_type is MarketType.FUTURES:  # spot has no such thing
        params["reduceOnly"] = True
    return params


def _check_client_order_id(text: str) -> None:
    if not (text.isascii() and text.isalnum() and len(text) <= CLIENT_ORDER_ID_MAX_LENGTH):
        raise NotSent(
            "CLIENT_ORDER_ID_INVALID",
            f"The client order id {text!r} is not 1 to {CLIENT_ORDER_ID_MAX_LENGTH} "
            "letters and digits.",
        )


def _check_venue_can(ticket: OrderTicket, access: Access) -> None:
    if is_stop(ticket.order_type) and access.stop_style is StopStyle.NONE:
        raise NotSent(
            "STOP_NOT_SUPPORTED",
            f"{access.ccxt_id} has no stop orders: it would ignore the stop price. "
            "Send a LIMIT or MARKET order when the price is reached.",
        )
    is_market_buy = ticket.order_type is OrderType.MARKET and ticket.side is Side.BUY
    if is_market_buy and not access.can_buy_market_by_quantity:
        raise NotSent(
            "MARKET_BUY_NOT_SUPPORTED",
            f"{access.ccxt_id} buys at market only for an amount of money, never for a quantity. "
            "Use a LIMIT order at or above the best ask.",
        )


def _check_numbers(ticket: OrderTicket, rules: MarketRules) -> None:
    _check_step("quantity", ticket.quantity, rules.quantity_step)
    if ticket.order_type in _WITH_LIMIT_PRICE:
        _check_step("limit price", _given(ticket.limit_price), rules.price_tick)
    if is_stop(ticket.order_type):
        _check_step("trigger price", _given(ticket.trigger_price), rules.price_tick)


def _check_step(name: str, value: Decimal, step: Decimal) -> None:
    if not _is_multiple(value, step):
        raise NotSent(
            "NUMBER_INVALID", f"The {name} {value} is not a positive multiple of {plain(step)}."
        )


def _is_multiple(value: Decimal, step: Decimal) -> bool:
    try:
        return value > 0 and value % step == 0
    except InvalidOperation:  # not a number, or beyond any venue's digits
        return False


def _given(price: Decimal | None) -> Decimal:
    if price is None:
        raise NotSent("NUMBER_INVALID", "The order lacks a price that its type needs.")
    return price
