"""Spot orders, fills and balances in Binance's field names and formats."""

from accounts.sandbox.engine.decimals import ZERO
from accounts.sandbox.engine.orders import Fill, Order, Ticket, TimeInForce
from accounts.sandbox.formats import SELF_TRADE_PREVENTION, Row, amount, milliseconds


def order_row(order: Order) -> Row:
    """An order as queries show it (GET /api/v3/order)."""
    return {
        **_identity(order),
        **_state(order),
        "stopPrice": trigger_price(order),
        "icebergQty": amount(ZERO),
        "time": milliseconds(order.received_at_us),
        "updateTime": milliseconds(order.updated_at_us),
        "isWorking": order.working_since_us is not None,
        "workingTime": _working_time(order),
    }


def acknowledgement(order: Order) -> Row:
    """The answer to a new order, newOrderRespType ACK."""
    return {**_identity(order), "transactTime": milliseconds(order.received_at_us)}


def result(order: Order) -> Row:
    """The answer to a new order, newOrderRespType RESULT."""
    trigger = {"stopPrice": trigger_price(order)} if order.ticket.trigger else {}
    return {
        **acknowledgement(order),
        **_state(order),
        **trigger,
        "workingTime": _working_time(order),
    }


def full(order: Order, fills: list[Fill]) -> Row:
    """The answer to a new order, newOrderRespType FULL."""
    return {
        **result(order),
        "fills": [
            {
                "price": amount(fill.price),
                "qty": amount(fill.quantity),
                "commission": amount(fill.fee),
                "commissionAsset": fill.fee_asset,
                "tradeId": fill.trade_id,
            }
            for fill in fills
        ],
    }


def cancellation(order: Order, *, cancel_id: str) -> Row:
    """The answer to a cancel: `clientOrderId` is then the id of the cancel itself."""
    return {
        **_identity(order),
        **_state(order),
        "origClientOrderId": order.ticket.client_order_id,
        "clientOrderId": cancel_id,
        "transactTime": milliseconds(order.updated_at_us),
    }


def trade_row(fill: Fill) -> Row:
    """A fill as GET /api/v3/myTrades shows it."""
    return {
        "symbol": fill.symbol,
        "id": fill.trade_id,
        "orderId": fill.order_id,
        "orderListId": -1,
        "price": amount(fill.price),
        "qty": amount(fill.quantity),
        "quoteQty": amount(fill.notional),
        "commission": amount(fill.fee),
        "commissionAsset": fill.fee_asset,
        "time": milliseconds(fill.at_us),
        "isBuyer": fill.side.sign > 0,
        "isMaker": fill.is_maker,
        "isBestMatch": True,
    }


def _identity(order: Order) -> Row:
    return {
        "symbol": order.ticket.symbol,
        "orderId": order.order_id,
        "orderListId": -1,
        "clientOrderId": order.ticket.client_order_id,
    }


def _state(order: Order) -> Row:
    ticket = order.ticket
    return {
        "price": amount(ticket.limit_price),
        "origQty": amount(order.quantity),
        "executedQty": amount(order.filled_quantity),
        "origQuoteOrderQty": amount(ticket.quote_quantity),
        "cummulativeQuoteQty": amount(order.filled_notional),
        "status": order.status.value,
        "timeInForce": time_in_force(ticket),
        "type": ticket.type,
        "side": ticket.side.value,
        "selfTradePreventionMode": SELF_TRADE_PREVENTION,
    }


def time_in_force(ticket: Ticket) -> str:
    """Binance's word for how long the order waits; LIMIT_MAKER has none of its own."""
    rests_or_fails = ticket.time_in_force is TimeInForce.GTX
    return TimeInForce.GTC.value if rests_or_fails else ticket.time_in_force.value


def trigger_price(order: Order) -> str:
    """The price at which a stop wakes, zero for any other order."""
    trigger = order.ticket.trigger
    return amount(trigger.price if trigger else None)


def _working_time(order: Order) -> int:
    since = order.working_since_us
    return -1 if since is None else milliseconds(since)
