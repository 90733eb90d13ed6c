"""The futures market's events: ORDER_TRADE_UPDATE, ALGO_UPDATE, ACCOUNT_UPDATE, listenKeyExpired.

Source: Binance's USDS-M futures pages on user data streams. Simplified: the notionals `b` and `a`
and the accumulated profit `cr` are zero.
"""

from accounts.sandbox.engine.events import AlgoOrderChanged, OrderChanged
from accounts.sandbox.engine.exchange import Exchange
from accounts.sandbox.engine.orders import AlgoOrder, Fill
from accounts.sandbox.formats import SELF_TRADE_PREVENTION, Row, amount, milliseconds
from accounts.sandbox.futures_json import price_text, quantity_text

_ASSET = "USDT"
_COMMON: Row = {
    "ps": "BOTH",
    "wt": "CONTRACT_PRICE",
    "pm": "NONE",
    "pP": False,
    "V": SELF_TRADE_PREVENTION,
    "gtd": 0,
}


def order_trade_update(event: OrderChanged, *, at_us: int) -> Row:
    """One change of an order."""
    order, ticket = event.order, event.order.ticket
    symbol = ticket.symbol
    body = {
        "s": symbol,
        "c": ticket.client_order_id,
        "S": ticket.side.value,
        "o": ticket.type,
        "f": ticket.time_in_force.value,
        "q": quantity_text(symbol, order.quantity),
        "p": price_text(symbol, ticket.limit_price),
        "ap": f"{order.average_price:.5f}",
        "sp": "0",
        "x": event.execution.value,
        "X": order.status.value,
        "i": order.order_id,
        "z": quantity_text(symbol, order.filled_quantity),
        "T": milliseconds(at_us),
        "b": "0",
        "a": "0",
        "R": ticket.reduce_only,
        "ot": ticket.type,
        "cp": ticket.close_position,
        "si": 0,
        "ss": 0,
        **_COMMON,
        **_last_fill(event.fill),
    }
    return _envelope("ORDER_TRADE_UPDATE", at_us, o=body)


def _last_fill(fill: Fill | None) -> Row:
    if fill is None:  # Binance leaves fee and fee asset out where there is no fee
        return {"l": "0", "L": "0", "t": 0, "m": False, "rp": "0"}
    return {
        "l": quantity_text(fill.symbol, fill.quantity),
        "L": price_text(fill.symbol, fill.price),
        "n": amount(fill.fee),
        "N": fill.fee_asset,
        "t": fill.trade_id,
        "m": fill.is_maker,
        "rp": amount(fill.realized_profit),
    }


def algo_update(event: AlgoOrderChanged, *, at_us: int) -> Row:
    """One change of a conditional order; `ai` is the id of the order it placed."""
    order, ticket = event.order, event.order.ticket
    symbol = ticket.symbol
    body = {
        "caid": ticket.client_order_id,
        "aid": order.algo_id,
        "at": "CONDITIONAL",
        "o": ticket.type,
        "s": symbol,
        "S": ticket.side.value,
        "f": ticket.time_in_force.value,
        "q": quantity_text(symbol, ticket.quantity),
        "X": order.status.value,
        "tp": price_text(symbol, ticket.trigger.price if ticket.trigger else None),
        "p": price_text(symbol, ticket.limit_price),
        "cp": ticket.close_position,
        "R": ticket.reduce_only,
        "tt": milliseconds(order.triggered_at_us or 0),
        **_COMMON,
        **_placed(order),
    }
    return _envelope("ALGO_UPDATE", at_us, o=body)


def _placed(algo: AlgoOrder) -> Row:
    order = algo.placed
    if order is None:
        return {"ai": ""}
    return {
        "ai": str(order.order_id),
        "ap": f"{order.average_price:.5f}",
        "aq": quantity_text(order.ticket.symbol, order.filled_quantity),
        "act": order.ticket.type,
    }


def account_update(exchange: Exchange, account: str, symbols: set[str], *, at_us: int) -> Row:
    """The wallet and the positions in `symbols`, after orders traded."""
    wallet = amount(exchange.futures_money.balances[account])
    balance = {"a": _ASSET, "wb": wallet, "cw": wallet, "bc": "0"}
    positions = [_position(exchange, account, symbol) for symbol in sorted(symbols)]
    return _envelope("ACCOUNT_UPDATE", at_us, a={"m": "ORDER", "B": [balance], "P": positions})


def _position(exchange: Exchange, account: str, symbol: str) -> Row:
    holding = exchange.futures_money.holdings[account, symbol]
    position, price = holding.position, exchange.futures.pits[symbol].house.price
    return {
        "s": symbol,
        "pa": quantity_text(symbol, position.quantity),
        "ep": amount(position.entry_price),
        "bep": amount(position.entry_price),
        "cr": "0",
        "up": amount(position.unrealized_profit(price)),
        "mt": "cross" if holding.setting.margin_type == "CROSSED" else "isolated",
        "iw": "0",
        "ps": "BOTH",
    }


def listen_key_expired(listen_key: str, *, at_us: int) -> Row:
    """Nothing more will be sent to this key."""
    return {"e": "listenKeyExpired", "E": str(milliseconds(at_us)), "listenKey": listen_key}


def _envelope(name: str, at_us: int, **content: Row) -> Row:
    return {"e": name, "E": milliseconds(at_us), "T": milliseconds(at_us), **content}
