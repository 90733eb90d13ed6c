"""The venue's records of one market: every order and fill ever, found by id, account or symbol.

Orders and trades are numbered per symbol, as on Binance: two symbols share their numbers. A client
order id is unique among an account's open orders of a symbol, and only there; the newest order
bearing it is the one found by it.
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from itertools import count

from accounts.sandbox.engine.orders import Fill, Order, OrderStatus, Ticket


class Ledger:
    """Orders and fills, and the ids they are given."""

    def __init__(self, *, first_id: int) -> None:
        """No records; each symbol's orders and trades are numbered upwards from `first_id`."""
        self.orders: dict[tuple[str, int], Order] = {}
        self.fills: list[Fill] = []
        self._order_ids = _counters(first_id)
        self._trade_ids = _counters(first_id)
        self._by_client_id: dict[tuple[str, str, str], Order] = {}
        self._of_account: defaultdict[str, list[Order]] = defaultdict(list)
        self._open_of_account: defaultdict[str, dict[tuple[str, int], Order]] = defaultdict(dict)
        self._fills_of_account: defaultdict[str, list[Fill]] = defaultdict(list)

    def accept(self, ticket: Ticket, *, quantity: Decimal, at_us: int) -> Order:
        """Record a new order."""
        order = Order(next(self._order_ids[ticket.symbol]), ticket, quantity, at_us, at_us)
        self.orders[ticket.symbol, order.order_id] = order
        self._by_client_id[ticket.account, ticket.symbol, ticket.client_order_id] = order
        self._of_account[ticket.account].append(order)
        self._open_of_account[ticket.account][ticket.symbol, order.order_id] = order
        return order

    def next_trade_id(self, symbol: str) -> int:
        """The id both sides of the symbol's next execution bear."""
        return next(self._trade_ids[symbol])

    def record(self, fill: Fill) -> None:
        """Add `fill` to its order and to the lists."""
        order = self.orders[fill.symbol, fill.order_id]
        order.filled_quantity += fill.quantity
        order.filled_notional += fill.notional
        order.updated_at_us = fill.at_us
        self.fills.append(fill)
        self._fills_of_account[fill.account].append(fill)
        if order.leaves_quantity:
            order.status = OrderStatus.PARTIALLY_FILLED
        else:
            self.close(order, OrderStatus.FILLED, at_us=fill.at_us)

    def close(self, order: Order, status: OrderStatus, *, at_us: int) -> None:
        """End `order`; it never opens again."""
        order.status = status
        order.updated_at_us = at_us
        del self._open_of_account[order.ticket.account][order.ticket.symbol, order.order_id]

    def find(
        self, account: str, symbol: str, *, order_id: int | None, client_order_id: str | None
    ) -> Order | None:
        """The account's order bearing all of the ids given; None when there is none."""
        if order_id is not None:
            order = self.orders.get((symbol, order_id))
        else:
            order = self._by_client_id.get((account, symbol, client_order_id or ""))
        if order is None or order.ticket.account != account:
            return None
        if client_order_id is not None and order.ticket.client_order_id != client_order_id:
            return None
        return order

    def is_taken(self, ticket: Ticket) -> bool:
        """Whether an open order already bears the ticket's client order id."""
        known = self._by_client_id.get((ticket.account, ticket.symbol, ticket.client_order_id))
        return known is not None and known.is_open

    def open_orders(self, account: str, symbol: str | None = None) -> list[Order]:
        """The account's open orders, oldest first; of all symbols when `symbol` is None."""
        return [
            order
            for order in self._open_of_account[account].values()
            if symbol is None or order.ticket.symbol == symbol
        ]

    def all_orders(self, account: str, symbol: str) -> list[Order]:
        """Every order the account ever had in `symbol`, oldest first."""
        return [order for order in self._of_account[account] if order.ticket.symbol == symbol]

    def fills_of(self, account: str, symbol: str) -> list[Fill]:
        """Every fill the account ever had in `symbol`, oldest first."""
        return [fill for fill in self._fills_of_account[account] if fill.symbol == symbol]


def _counters(first_id: int) -> defaultdict[str, Iterator[int]]:
    return defaultdict(lambda: count(first_id))
