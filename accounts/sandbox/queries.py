"""What both markets' queries have in common: which orders and fills are asked for."""

from accounts.sandbox.engine.listings import Listing, Market
from accounts.sandbox.engine.orders import Fill, Order
from accounts.sandbox.errors import VenueError, invalid_symbol
from accounts.sandbox.pages import page
from accounts.sandbox.routes import Call


def listing_of(call: Call, market: Market) -> Listing:
    """The listing the request names; -1102 or -1121."""
    pit = call.venue.exchange.desk(market).pits.get(call.parameters.required("symbol"))
    if pit is None:
        raise invalid_symbol()
    return pit.listing


def symbol_of(call: Call, market: Market) -> str | None:
    """The symbol the request names, None when it means all; -1121."""
    return listing_of(call, market).symbol if call.parameters.text("symbol") else None


def find_order(call: Call, market: Market) -> Order | None:
    """The order named by `orderId`, `origClientOrderId` or both; -1102 when by neither."""
    listing = listing_of(call, market)
    order_id = call.parameters.integer("orderId")
    client_order_id = call.parameters.text("origClientOrderId")
    if order_id is None and client_order_id is None:
        message = "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!"
        raise VenueError(-1102, message)
    order = call.venue.exchange.desk(market).ledger.find(
        call.account, listing.symbol, order_id=order_id, client_order_id=client_order_id
    )
    return order if order is not None and call.knows(order.received_at_us) else None


def open_orders(call: Call, market: Market) -> list[Order]:
    """The account's open orders, of one symbol or of all."""
    ledger = call.venue.exchange.desk(market).ledger
    orders = ledger.open_orders(call.account, symbol_of(call, market))
    return [order for order in orders if call.knows(order.received_at_us)]


def all_orders(call: Call, market: Market) -> list[Order]:
    """The account's orders of one symbol: from `orderId` upwards, or the newest."""
    listing = listing_of(call, market)
    orders = call.venue.exchange.desk(market).ledger.all_orders(call.account, listing.symbol)
    return page(
        [order for order in orders if call.knows(order.received_at_us)],
        call.parameters,
        first_id="orderId",
        id_of=lambda order: order.order_id,
        time_of=lambda order: order.received_at_us,
    )


def fills(call: Call, market: Market) -> list[Fill]:
    """The account's fills of one symbol: of one order, from `fromId` upwards, or the newest."""
    listing = listing_of(call, market)
    found = call.venue.exchange.desk(market).ledger.fills_of(call.account, listing.symbol)
    order_id = call.parameters.integer("orderId")
    if order_id is not None:
        found = [fill for fill in found if fill.order_id == order_id]
    return page(
        [fill for fill in found if call.knows(fill.at_us)],
        call.parameters,
        first_id="fromId",
        id_of=lambda fill: fill.trade_id,
        time_of=lambda fill: fill.at_us,
    )
