"""The listing's filters: which tickets the venue refuses before it looks at anything else."""

from decimal import Decimal

from accounts.sandbox.engine.decimals import is_multiple
from accounts.sandbox.engine.listings import Listing, Market
from accounts.sandbox.engine.orders import Side, Ticket
from accounts.sandbox.engine.refusals import Reason, Refused


def check(listing: Listing, ticket: Ticket, *, quantity: Decimal, market_price: Decimal) -> None:
    """Raise Refused unless prices, `quantity` and notional keep to the listing's filters."""
    if ticket.limit_price is not None:
        _check_price(listing, ticket.limit_price)
    if ticket.trigger is not None:
        _check_price(listing, ticket.trigger.price)
    elif ticket.limit_price is not None:  # a stop's limit is meant for another time's price
        _check_band(listing, ticket.side, ticket.limit_price, market_price)
    if ticket.close_position:
        return
    _check_quantity(listing, quantity)
    if ticket.limit_price is None and quantity > listing.max_market_quantity:
        raise Refused(
            Reason.MARKET_QUANTITY_TOO_LARGE, bound=format(listing.max_market_quantity, "f")
        )
    if not ticket.reduce_only:  # a reduce-only order may close any dust (Binance -4164)
        _check_notional(listing, _notional(ticket, quantity, market_price))


def check_count(listing: Listing, ticket: Ticket, *, open_orders: int, stop_orders: int) -> None:
    """Raise Refused when the account has as many orders open in the symbol as it may."""
    if open_orders >= listing.max_orders:
        raise Refused(Reason.TOO_MANY_ORDERS)
    if ticket.trigger is not None and stop_orders >= listing.max_stop_orders:
        raise Refused(Reason.TOO_MANY_STOP_ORDERS)


def _check_price(listing: Listing, price: Decimal) -> None:
    if price < listing.price_tick:
        raise Refused(Reason.PRICE_TOO_LOW)
    if price > listing.max_price:
        raise Refused(Reason.PRICE_TOO_HIGH)
    if not is_multiple(price, listing.price_tick):
        raise Refused(Reason.PRICE_OFF_TICK)


def _check_band(listing: Listing, side: Side, price: Decimal, market_price: Decimal) -> None:
    """Spot bounds both sides both ways, futures only the way that hurts the order itself."""
    both_ways = listing.market is Market.SPOT
    highest = market_price * listing.multiplier_up
    lowest = market_price * listing.multiplier_down
    if price > highest and (both_ways or side is Side.BUY):
        raise Refused(Reason.PRICE_ABOVE_BAND, bound=format(highest.normalize(), "f"))
    if price < lowest and (both_ways or side is Side.SELL):
        raise Refused(Reason.PRICE_BELOW_BAND, bound=format(lowest.normalize(), "f"))


def _check_quantity(listing: Listing, quantity: Decimal) -> None:
    if quantity < listing.min_quantity:
        raise Refused(Reason.QUANTITY_TOO_SMALL)
    if quantity > listing.max_quantity:
        raise Refused(Reason.QUANTITY_TOO_LARGE)
    if not is_multiple(quantity, listing.quantity_step):
        raise Refused(Reason.QUANTITY_OFF_STEP)


def _notional(ticket: Ticket, quantity: Decimal, market_price: Decimal) -> Decimal:
    if ticket.quote_quantity is not None:
        return ticket.quote_quantity
    if ticket.limit_price is not None:
        return ticket.limit_price * quantity
    return market_price * quantity


def _check_notional(listing: Listing, notional: Decimal) -> None:
    if notional < listing.min_notional:
        raise Refused(Reason.NOTIONAL_TOO_SMALL, bound=format(listing.min_notional, "f"))
    if notional > listing.max_notional:
        raise Refused(Reason.NOTIONAL_TOO_LARGE)
