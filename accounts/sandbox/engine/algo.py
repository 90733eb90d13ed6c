"""Futures stops: kept apart from orders until the price triggers them, then placed as orders.

Venue facts: since December 2025 Binance keeps every conditional USDS-M order in its Algo Service;
margin and reduce-only are checked when it triggers, not before, and the order placed then has an
id of its own (`actualOrderId`). That it bears the algo's client id is our assumption.
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import count

from accounts.sandbox.engine import filters
from accounts.sandbox.engine.decimals import ZERO
from accounts.sandbox.engine.desk import Desk
from accounts.sandbox.engine.events import AlgoOrderChanged, Event
from accounts.sandbox.engine.futures import FuturesSettlement
from accounts.sandbox.engine.orders import AlgoOrder, AlgoStatus, Ticket
from accounts.sandbox.engine.refusals import Reason, Refused


class AlgoDesk:
    """Every algo order of the futures market."""

    def __init__(
        self,
        desk: Desk,
        settlement: FuturesSettlement,
        *,
        first_id: int,
        emit: Callable[[Event], None],
    ) -> None:
        """No algo orders; `desk` takes those that trigger."""
        self.orders: dict[int, AlgoOrder] = {}
        self._desk = desk
        self._settlement = settlement
        self._ids = count(first_id)
        self._emit = emit
        self._by_client_id: dict[tuple[str, str], AlgoOrder] = {}
        self._waiting: dict[int, AlgoOrder] = {}
        self._triggered: dict[int, AlgoOrder] = {}  # those whose placed order is open

    def place(self, ticket: Ticket, *, at_us: int) -> AlgoOrder:
        """Keep `ticket` until its trigger is reached; Refused when it may not be."""
        pit = self._desk.pits[ticket.symbol]
        filters.check(pit.listing, ticket, quantity=ticket.quantity, market_price=pit.house.price)
        waiting = len(self.open_orders(ticket.account, ticket.symbol))
        filters.check_count(pit.listing, ticket, open_orders=0, stop_orders=waiting)
        known = self._by_client_id.get((ticket.account, ticket.client_order_id))
        if known is not None and known.status is AlgoStatus.NEW:
            raise Refused(Reason.DUPLICATE_CLIENT_ORDER_ID)
        if ticket.trigger is not None and ticket.trigger.reached_by(pit.house.price):
            raise Refused(Reason.WOULD_TRIGGER)
        order = AlgoOrder(next(self._ids), ticket, at_us, at_us)
        self.orders[order.algo_id] = self._waiting[order.algo_id] = order
        self._by_client_id[ticket.account, ticket.client_order_id] = order
        self._emit(AlgoOrderChanged(order.snapshot()))
        return order

    def cancel(self, account: str, algo_id: int, *, at_us: int) -> AlgoOrder:
        """Drop an untriggered algo order; Refused when the account has none of this id."""
        order = self._waiting.get(algo_id)
        if order is None or order.ticket.account != account:
            raise Refused(Reason.UNKNOWN_ORDER)
        del self._waiting[order.algo_id]
        self._turn(order, AlgoStatus.CANCELED, at_us=at_us)
        return order

    def trigger(self, symbol: str, price: Decimal, *, at_us: int) -> None:
        """Place the orders of `symbol` whose trigger `price` reaches, oldest first."""
        for order in list(self._waiting.values()):
            ticket = order.ticket
            if ticket.symbol == symbol and ticket.trigger and ticket.trigger.reached_by(price):
                self._fire(order, at_us=at_us)

    def finish(self, *, at_us: int) -> None:
        """End the algo orders whose placed order is filled or gone; due after every command."""
        for order in list(self._triggered.values()):
            if order.placed is not None and not order.placed.is_open:
                del self._triggered[order.algo_id]
                self._turn(order, AlgoStatus.FINISHED, at_us=at_us)

    def _fire(self, order: AlgoOrder, *, at_us: int) -> None:
        del self._waiting[order.algo_id]
        order.triggered_at_us = at_us
        self._turn(order, AlgoStatus.TRIGGERING, at_us=at_us)
        ticket = self._ticket_to_place(order.ticket)
        if ticket.quantity == ZERO:
            self._turn(order, AlgoStatus.EXPIRED, at_us=at_us)
            return
        try:
            order.placed = self._desk.place(ticket, at_us=at_us)
        except Refused:
            self._turn(order, AlgoStatus.REJECTED, at_us=at_us)
        else:
            self._triggered[order.algo_id] = order
            self._turn(order, AlgoStatus.TRIGGERED, at_us=at_us)

    def _ticket_to_place(self, ticket: Ticket) -> Ticket:
        """The order to place: without a trigger, under the type that remains."""
        order_type = "MARKET" if ticket.limit_price is None else "LIMIT"
        placed = replace(ticket, trigger=None, type=order_type, close_position=False)
        if ticket.close_position:
            position = self._settlement.holdings[ticket.account, ticket.symbol].position
            held = position.reducible_by(ticket.side)
            return replace(placed, quantity=held, reduce_only=True)
        return placed

    def _turn(self, order: AlgoOrder, status: AlgoStatus, *, at_us: int) -> None:
        order.status = status
        order.updated_at_us = at_us
        self._emit(AlgoOrderChanged(order.snapshot()))

    def find(
        self, account: str, *, algo_id: int | None, client_algo_id: str | None
    ) -> AlgoOrder | None:
        """The account's algo order bearing the venue's or the client's id, if any."""
        if algo_id is not None:
            order = self.orders.get(algo_id)
        else:
            order = self._by_client_id.get((account, client_algo_id or ""))
        return order if order is not None and order.ticket.account == account else None

    def open_orders(self, account: str, symbol: str | None = None) -> list[AlgoOrder]:
        """The account's untriggered algo orders, oldest first; of all symbols when None."""
        return [
            order
            for order in self._waiting.values()
            if order.ticket.account == account and symbol in (None, order.ticket.symbol)
        ]

    def all_orders(self, account: str, symbol: str) -> list[AlgoOrder]:
        """Every algo order the account ever had in `symbol`, oldest first."""
        return [
            order
            for order in self.orders.values()
            if (order.ticket.account, order.ticket.symbol) == (account, symbol)
        ]
