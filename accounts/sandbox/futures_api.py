"""The signed futures endpoints for orders, algo orders and trades (/fapi/v1)."""

from accounts.sandbox import futures_json, futures_tickets, queries
from accounts.sandbox.engine.commands import (
    CancelAlgoOrder,
    CancelOrder,
    PlaceAlgoOrder,
    PlaceOrder,
)
from accounts.sandbox.engine.events import AlgoOrderChanged, OrderChanged
from accounts.sandbox.engine.listings import Market
from accounts.sandbox.engine.orders import AlgoOrder, Order
from accounts.sandbox.engine.refusals import Reason, Refused
from accounts.sandbox.errors import missing, no_such_order
from accounts.sandbox.formats import Row
from accounts.sandbox.pages import page
from accounts.sandbox.routes import Access, Call, Route

_RESPONSE_TYPES = ("ACK", "RESULT")
_ALL_CANCELED: Row = {"code": 200, "msg": "The operation of cancel all open order is done."}


def place_order(call: Call) -> Row:
    """POST /fapi/v1/order; ACK, the default, shows the order before it traded."""
    ticket = futures_tickets.read_order(call.parameters, account=call.account)
    response_type = call.parameters.text("newOrderRespType") or "ACK"
    if response_type not in _RESPONSE_TYPES:
        raise missing("newOrderRespType")
    events = call.venue.execute(PlaceOrder(Market.FUTURES, ticket), at_us=call.at_us)
    accepted = next(event.order for event in events if isinstance(event, OrderChanged))
    if response_type == "ACK":
        return futures_json.new_order_row(accepted)
    order = call.venue.exchange.futures.ledger.orders[ticket.symbol, accepted.order_id]
    return futures_json.new_order_row(order)


def test_order(call: Call) -> Row:
    """POST /fapi/v1/order/test: reads the order and places nothing."""
    futures_tickets.read_order(call.parameters, account=call.account)
    return {}


def query_order(call: Call) -> Row:
    """GET /fapi/v1/order."""
    order = queries.find_order(call, Market.FUTURES)
    if order is None:
        raise no_such_order()
    return futures_json.order_row(order)


def query_open_order(call: Call) -> Row:
    """GET /fapi/v1/openOrder: -2013 when the order is no longer open."""
    order = queries.find_order(call, Market.FUTURES)
    if order is None or not order.is_open:
        raise no_such_order()
    return futures_json.order_row(order)


def cancel_order(call: Call) -> Row:
    """DELETE /fapi/v1/order."""
    order = queries.find_order(call, Market.FUTURES)
    if order is None:
        raise Refused(Reason.UNKNOWN_ORDER)
    _cancel(call, order)
    return futures_json.new_order_row(order)


def cancel_open_orders(call: Call) -> Row:
    """DELETE /fapi/v1/allOpenOrders: of one symbol."""
    call.parameters.required("symbol")
    for order in queries.open_orders(call, Market.FUTURES):
        _cancel(call, order)
    return _ALL_CANCELED


def open_orders(call: Call) -> list[Row]:
    """GET /fapi/v1/openOrders."""
    return [futures_json.order_row(order) for order in queries.open_orders(call, Market.FUTURES)]


def all_orders(call: Call) -> list[Row]:
    """GET /fapi/v1/allOrders."""
    return [futures_json.order_row(order) for order in queries.all_orders(call, Market.FUTURES)]


def user_trades(call: Call) -> list[Row]:
    """GET /fapi/v1/userTrades."""
    return [futures_json.trade_row(fill) for fill in queries.fills(call, Market.FUTURES)]


def place_algo(call: Call) -> Row:
    """POST /fapi/v1/algoOrder."""
    ticket = futures_tickets.read_stop(call.parameters, account=call.account)
    events = call.venue.execute(PlaceAlgoOrder(ticket), at_us=call.at_us)
    placed = next(event.order for event in events if isinstance(event, AlgoOrderChanged))
    return futures_json.new_algo_row(placed)


def query_algo(call: Call) -> Row:
    """GET /fapi/v1/algoOrder."""
    order = _find_algo(call)
    if order is None:
        raise no_such_order()
    return futures_json.algo_row(order)


def cancel_algo(call: Call) -> Row:
    """DELETE /fapi/v1/algoOrder."""
    order = _find_algo(call)
    if order is None:
        raise Refused(Reason.UNKNOWN_ORDER)
    call.venue.execute(CancelAlgoOrder(call.account, order.algo_id), at_us=call.at_us)
    return {
        "algoId": order.algo_id,
        "clientAlgoId": order.ticket.client_order_id,
        "code": "200",
        "msg": "success",
    }


def cancel_open_algos(call: Call) -> Row:
    """DELETE /fapi/v1/algoOpenOrders: of one symbol."""
    call.parameters.required("symbol")
    for order in _open_algos(call):
        call.venue.execute(CancelAlgoOrder(call.account, order.algo_id), at_us=call.at_us)
    return _ALL_CANCELED


def open_algos(call: Call) -> list[Row]:
    """GET /fapi/v1/openAlgoOrders."""
    return [futures_json.algo_row(order) for order in _open_algos(call)]


def all_algos(call: Call) -> list[Row]:
    """GET /fapi/v1/allAlgoOrders: of one symbol, from `algoId` upwards, or the newest."""
    listing = queries.listing_of(call, Market.FUTURES)
    orders = call.venue.exchange.algo.all_orders(call.account, listing.symbol)
    chosen = page(
        [order for order in orders if call.knows(order.received_at_us)],
        call.parameters,
        first_id="algoId",
        id_of=lambda order: order.algo_id,
        time_of=lambda order: order.received_at_us,
    )
    return [futures_json.algo_row(order) for order in chosen]


def _cancel(call: Call, order: Order) -> None:
    command = CancelOrder(Market.FUTURES, call.account, order.ticket.symbol, order.order_id)
    call.venue.execute(command, at_us=call.at_us)


def _open_algos(call: Call) -> list[AlgoOrder]:
    symbol = queries.symbol_of(call, Market.FUTURES)
    orders = call.venue.exchange.algo.open_orders(call.account, symbol)
    return [order for order in orders if call.knows(order.received_at_us)]


def _find_algo(call: Call) -> AlgoOrder | None:
    algo_id = call.parameters.integer("algoId")
    client_algo_id = call.parameters.text("clientAlgoId")
    if algo_id is None and client_algo_id is None:
        raise missing("algoId")
    order = call.venue.exchange.algo.find(
        call.account, algo_id=algo_id, client_algo_id=client_algo_id
    )
    return order if order is not None and call.knows(order.received_at_us) else None


_F = Market.FUTURES
ROUTES = (
    Route("POST", "/fapi/v1/order", place_order, _F, Access.TRADE),
    Route("POST", "/fapi/v1/order/test", test_order, _F),
    Route("GET", "/fapi/v1/order", query_order, _F),
    Route("DELETE", "/fapi/v1/order", cancel_order, _F, Access.TRADE),
    Route("GET", "/fapi/v1/openOrder", query_open_order, _F),
    Route("GET", "/fapi/v1/openOrders", open_orders, _F),
    Route("DELETE", "/fapi/v1/allOpenOrders", cancel_open_orders, _F, Access.TRADE),
    Route("GET", "/fapi/v1/allOrders", all_orders, _F),
    Route("GET", "/fapi/v1/userTrades", user_trades, _F),
    Route("POST", "/fapi/v1/algoOrder", place_algo, _F, Access.TRADE),
    Route("GET", "/fapi/v1/algoOrder", query_algo, _F),
    Route("DELETE", "/fapi/v1/algoOrder", cancel_algo, _F, Access.TRADE),
    Route("GET", "/fapi/v1/openAlgoOrders", open_algos, _F),
    Route("DELETE", "/fapi/v1/algoOpenOrders", cancel_open_algos, _F, Access.TRADE),
    Route("GET", "/fapi/v1/allAlgoOrders", all_algos, _F),
)
