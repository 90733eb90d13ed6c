"""Futures orders, algo orders, fills and positions in Binance's field names and formats."""

from decimal import Decimal

from accounts.sandbox.engine.decimals import ZERO
from accounts.sandbox.engine.listings import FUTURES_LISTINGS
from accounts.sandbox.engine.orders import AlgoOrder, Fill, Order, Ticket
from accounts.sandbox.formats import SELF_TRADE_PREVENTION, Row, amount, decimals, milliseconds


def price_text(symbol: str, value: Decimal | None) -> str:
    """With the symbol's decimals; none stands for zero."""
    places = decimals(FUTURES_LISTINGS[symbol].price_tick)
    return f"{value or ZERO:.{places}f}"


def quantity_text(symbol: str, value: Decimal) -> str:
    """With the symbol's decimals."""
    return f"{value:.{decimals(FUTURES_LISTINGS[symbol].quantity_step)}f}"


def new_order_row(order: Order) -> Row:
    """The answer to a new order and to a cancel."""
    ticket, symbol = order.ticket, order.ticket.symbol
    return {
        "orderId": order.order_id,
        "symbol": symbol,
        "status": order.status.value,
        "clientOrderId": ticket.client_order_id,
        "price": price_text(symbol, ticket.limit_price),
        "avgPrice": f"{order.average_price:.5f}",
        "origQty": quantity_text(symbol, order.quantity),
        "executedQty": quantity_text(symbol, order.filled_quantity),
        "cumQty": quantity_text(symbol, order.filled_quantity),
        "cumQuote": f"{order.filled_notional:.5f}",
        "timeInForce": ticket.time_in_force.value,
        "type": ticket.type,
        "origType": ticket.type,
        "reduceOnly": ticket.reduce_only,
        "stopPrice": price_text(symbol, None),
        "updateTime": milliseconds(order.updated_at_us),
        **_constants(ticket),
    }


def order_row(order: Order) -> Row:
    """An order as queries show it (GET /fapi/v1/order)."""
    row = new_order_row(order)
    del row["cumQty"]
    return {**row, "time": milliseconds(order.received_at_us)}


def _constants(ticket: Ticket) -> Row:
    return {
        "side": ticket.side.value,
        "positionSide": "BOTH",
        "closePosition": ticket.close_position,
        "workingType": "CONTRACT_PRICE",
        "priceProtect": False,
        "priceMatch": "NONE",
        "selfTradePreventionMode": SELF_TRADE_PREVENTION,
        "goodTillDate": 0,
    }


def trade_row(fill: Fill) -> Row:
    """A fill as GET /fapi/v1/userTrades shows it."""
    return {
        "symbol": fill.symbol,
        "id": fill.trade_id,
        "orderId": fill.order_id,
        "side": fill.side.value,
        "positionSide": "BOTH",
        "price": price_text(fill.symbol, fill.price),
        "qty": quantity_text(fill.symbol, fill.quantity),
        "quoteQty": amount(fill.notional),
        "realizedPnl": amount(fill.realized_profit),
        "commission": amount(fill.fee),
        "commissionAsset": fill.fee_asset,
        "time": milliseconds(fill.at_us),
        "buyer": fill.side.sign > 0,
        "maker": fill.is_maker,
    }


def new_algo_row(order: AlgoOrder) -> Row:
    """The answer to a new algo order."""
    ticket, symbol = order.ticket, order.ticket.symbol
    return {
        "algoId": order.algo_id,
        "clientAlgoId": ticket.client_order_id,
        "algoType": "CONDITIONAL",
        "orderType": ticket.type,
        "symbol": symbol,
        "timeInForce": ticket.time_in_force.value,
        "quantity": quantity_text(symbol, ticket.quantity),
        "algoStatus": order.status.value,
        "triggerPrice": price_text(symbol, ticket.trigger.price if ticket.trigger else None),
        "price": price_text(symbol, ticket.limit_price),
        "icebergQuantity": None,
        "reduceOnly": ticket.reduce_only,
        "createTime": milliseconds(order.received_at_us),
        "updateTime": milliseconds(order.updated_at_us),
        "triggerTime": milliseconds(order.triggered_at_us or 0),
        **_constants(ticket),
    }


def algo_row(order: AlgoOrder) -> Row:
    """An algo order as queries show it: with the order it placed once triggered."""
    placed = order.placed
    return {
        **new_algo_row(order),
        "actualOrderId": str(placed.order_id) if placed else "",
        "actualPrice": f"{placed.average_price if placed else ZERO:.5f}",
    }
