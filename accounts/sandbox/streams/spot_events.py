"""The spot market's events: executionReport and outboundAccountPosition.

Source: binance-spot-api-docs, user-data-stream.md. Simplified: the execution id `I` is the order's.
"""

from accounts.sandbox.engine.decimals import ZERO
from accounts.sandbox.engine.events import Execution, OrderChanged
from accounts.sandbox.engine.listings import SPOT_LISTINGS
from accounts.sandbox.engine.orders import Fill, OrderStatus
from accounts.sandbox.engine.spot import Wallet
from accounts.sandbox.formats import SELF_TRADE_PREVENTION, Row, amount, milliseconds
from accounts.sandbox.spot_json import time_in_force, trigger_price


def execution_report(event: OrderChanged, *, cancel_id: str, at_us: int) -> Row:
    """One change of an order; `cancel_id` is what the report of a cancel is called by."""
    order, ticket = event.order, event.order.ticket
    is_cancel = event.execution is Execution.CANCELED
    return {
        "e": "executionReport",
        "E": milliseconds(at_us),
        "s": ticket.symbol,
        "c": cancel_id if is_cancel else ticket.client_order_id,
        "S": ticket.side.value,
        "o": ticket.type,
        "f": time_in_force(ticket),
        "q": amount(order.quantity),
        "p": amount(ticket.limit_price),
        "P": trigger_price(order),
        "F": amount(ZERO),
        "g": -1,
        "C": ticket.client_order_id if is_cancel else "",
        "x": _execution_type(event),
        "X": order.status.value,
        "r": "NONE",
        "i": order.order_id,
        "z": amount(order.filled_quantity),
        "T": milliseconds(at_us),
        "I": order.order_id,
        "M": False,
        "O": milliseconds(order.received_at_us),
        "Z": amount(order.filled_notional),
        "Q": amount(ticket.quote_quantity),
        "V": SELF_TRADE_PREVENTION,
        **_last_fill(event.fill),
        **_working(event, at_us=at_us),
    }


def _execution_type(event: OrderChanged) -> str:
    if event.order.status is OrderStatus.EXPIRED_IN_MATCH:
        return "TRADE_PREVENTION"
    if event.execution is Execution.TRIGGERED:
        return Execution.NEW.value  # a stop is reported as new once more when it starts to work
    return event.execution.value


def _last_fill(fill: Fill | None) -> Row:
    if fill is None:
        nothing = amount(ZERO)
        return {"l": nothing, "L": nothing, "n": "0", "N": None, "t": -1, "m": False, "Y": nothing}
    return {
        "l": amount(fill.quantity),
        "L": amount(fill.price),
        "n": amount(fill.fee),
        "N": fill.fee_asset,
        "t": fill.trade_id,
        "m": fill.is_maker,
        "Y": amount(fill.notional),
    }


def _working(event: OrderChanged, *, at_us: int) -> Row:
    """Whether the order is on the book, and since when: a stop is not before it is triggered."""
    order = event.order
    falls_asleep = event.execution is Execution.NEW and order.ticket.trigger is not None
    works = order.is_open and not falls_asleep
    since_us = order.working_since_us or (at_us if works else None)
    return {"w": works, **({"W": milliseconds(since_us)} if since_us else {})}


def account_position(wallet: Wallet, symbols: set[str], *, at_us: int) -> Row:
    """What the account holds of the coins of `symbols`."""
    listings = [SPOT_LISTINGS[symbol] for symbol in symbols]
    assets = {asset for listing in listings for asset in (listing.base, listing.quote)}
    return {
        "e": "outboundAccountPosition",
        "E": milliseconds(at_us),
        "u": milliseconds(at_us),
        "B": [
            {
                "a": asset,
                "f": amount(wallet.free.get(asset, ZERO)),
                "l": amount(wallet.locked.get(asset, ZERO)),
            }
            for asset in sorted(assets)
        ],
    }


def terminated(*, at_us: int) -> Row:
    """The subscription has ended, the connection has not."""
    return {"e": "eventStreamTerminated", "E": milliseconds(at_us)}
