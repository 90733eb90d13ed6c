"""Takes in one market's orders, matches, rests, triggers and closes them.

Invariants: a refused ticket has changed nothing; reserved funds belong to resting and sleeping
orders only; nothing trades with the account it came from.
"""

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal

from accounts.sandbox.engine import filters
from accounts.sandbox.engine.decimals import ZERO
from accounts.sandbox.engine.events import Event, Execution, OrderChanged
from accounts.sandbox.engine.ledger import Ledger
from accounts.sandbox.engine.listings import Market
from accounts.sandbox.engine.matching import Offer, Pit, Preview, offers, preview, quantity_for
from accounts.sandbox.engine.orders import Fill, Order, OrderStatus, Side, Ticket, TimeInForce
from accounts.sandbox.engine.refusals import Reason, Refused
from accounts.sandbox.engine.settlement import Deal, Settlement


class Desk:
    """One market. Times are microseconds since the epoch (`at_us`)."""

    def __init__(
        self,
        market: Market,
        *,
        pits: dict[str, Pit],
        settlement: Settlement,
        first_id: int,
        emit: Callable[[Event], None],
    ) -> None:
        """An empty market; `emit` receives each event as it happens."""
        self.market = market
        self.pits = pits
        self.ledger = Ledger(first_id=first_id)
        self._settlement = settlement
        self._emit = emit
        self._asleep: defaultdict[str, dict[int, Order]] = defaultdict(dict)

    def place(self, ticket: Ticket, *, at_us: int) -> Order:
        """Accept `ticket` and trade, rest or put it to sleep; Refused when it may not be."""
        quantity = self._quantity(ticket)
        self._check_free_to_enter(ticket)
        if ticket.trigger is None:
            self._check_trade(ticket, quantity)
        else:
            self._check_sleep(ticket, quantity)
        order = self.ledger.accept(ticket, quantity=quantity, at_us=at_us)
        self._report(Execution.NEW, order)
        if ticket.trigger is None:
            self._work(order, at_us=at_us)
        else:
            self._settlement.reserve(order)
            self._asleep[ticket.symbol][order.order_id] = order
        return order

    def cancel(self, account: str, *, symbol: str, order_id: int, at_us: int) -> Order:
        """Cancel an open order; Refused when the account has no such order open."""
        order = self.ledger.find(account, symbol, order_id=order_id, client_order_id=None)
        if order is None or not order.is_open:
            raise Refused(Reason.UNKNOWN_ORDER)
        self._withdraw(order, OrderStatus.CANCELED, at_us=at_us)
        return order

    def move_price(self, symbol: str, price: Decimal, *, at_us: int) -> None:
        """Requote the house around `price`, fill what that crosses, wake what it triggers."""
        pit = self.pits[symbol]
        price_before = pit.house.price
        pit.house.requote(price)
        # A price that moved has traded at every limit it came to; one that stayed put fills only
        # what the house's renewed quotes cross.
        gap = ZERO if pit.house.price != price_before else pit.listing.price_tick
        for side in Side:
            self._sweep(pit, side, reach=pit.house.price + side.sign * gap, at_us=at_us)
        for order in list(self._asleep[symbol].values()):
            if order.ticket.trigger and order.ticket.trigger.reached_by(pit.house.price):
                self._wake(order, at_us=at_us)

    # --- accepting ---------------------------------------------------------------------------

    def _quantity(self, ticket: Ticket) -> Decimal:
        pit = self.pits[ticket.symbol]
        quantity = ticket.quantity
        if ticket.quote_quantity is not None:
            quantity = quantity_for(pit, ticket)
        filters.check(pit.listing, ticket, quantity=quantity, market_price=pit.house.price)
        return self._settlement.largest_quantity(ticket, wanted=quantity)

    def _check_free_to_enter(self, ticket: Ticket) -> None:
        opened = self.ledger.open_orders(ticket.account, ticket.symbol)
        asleep = sum(1 for order in opened if order.working_since_us is None)
        listing = self.pits[ticket.symbol].listing
        filters.check_count(listing, ticket, open_orders=len(opened), stop_orders=asleep)
        if self.ledger.is_taken(ticket):
            raise Refused(Reason.DUPLICATE_CLIENT_ORDER_ID)

    def _check_sleep(self, ticket: Ticket, quantity: Decimal) -> None:
        price = self.pits[ticket.symbol].house.price
        if ticket.trigger is not None and ticket.trigger.reached_by(price):
            raise Refused(Reason.WOULD_TRIGGER)
        self._settlement.require(ticket, at_once=Preview(), resting=quantity)

    def _check_trade(self, ticket: Ticket, quantity: Decimal) -> None:
        pit = self.pits[ticket.symbol]
        posts_only = ticket.time_in_force is TimeInForce.GTX
        if posts_only and next(offers(pit, ticket), None):
            raise Refused(Reason.WOULD_TAKE)
        at_once = preview(pit, ticket, quantity=quantity)
        if self._fails_whole(ticket, at_once, quantity) and self.market is Market.FUTURES:
            raise Refused(Reason.CANNOT_FILL_WHOLE)  # spot accepts and expires it
        resting = quantity - at_once.quantity if ticket.may_rest else ZERO
        self._settlement.require(ticket, at_once=at_once, resting=resting)

    def _fails_whole(self, ticket: Ticket, at_once: Preview, quantity: Decimal) -> bool:
        return ticket.time_in_force is TimeInForce.FOK and at_once.quantity < quantity

    # --- trading -----------------------------------------------------------------------------

    def _work(self, order: Order, *, at_us: int) -> None:
        """Trade what trades at once; rest or expire what is left."""
        order.working_since_us = at_us
        ticket, pit = order.ticket, self.pits[order.ticket.symbol]
        at_once = preview(pit, ticket, quantity=order.quantity)
        if not self._fails_whole(ticket, at_once, order.quantity):
            self._match(order, at_us=at_us)
        if not order.is_open:
            return
        if ticket.may_rest:
            self._settlement.reserve(order)
            pit.book.add(order)
        else:
            self._close(order, OrderStatus.EXPIRED, at_us=at_us)

    def _match(self, order: Order, *, at_us: int) -> None:
        pit = self.pits[order.ticket.symbol]
        while order.is_open:
            offer = next(offers(pit, order.ticket), None)
            if offer is None:
                return
            if offer.maker is not None and offer.is_from(order.ticket.account):
                self._withdraw(offer.maker, OrderStatus.EXPIRED_IN_MATCH, at_us=at_us)
            else:
                self._trade(order, offer, at_us=at_us)

    def _trade(self, taker: Order, offer: Offer, *, at_us: int) -> None:
        deal = Deal(
            trade_id=self.ledger.next_trade_id(taker.ticket.symbol),
            symbol=taker.ticket.symbol,
            price=offer.price,
            quantity=min(taker.leaves_quantity, offer.quantity),
            at_us=at_us,
        )
        self._fill(taker, deal, is_maker=False)
        if offer.maker is None:
            side = taker.ticket.side.opposite
            self.pits[deal.symbol].house.take(side, price=deal.price, quantity=deal.quantity)
            self._settlement.settle_house(deal, side)
        else:
            self._fill(offer.maker, deal, is_maker=True)

    def _sweep(self, pit: Pit, side: Side, *, reach: Decimal, at_us: int) -> None:
        """The house takes every resting order of `side` at `reach` or better."""
        for order in list(pit.book.side(side)):
            if order.resting_price * side.sign < reach * side.sign:
                return
            if order.is_open:
                deal = Deal(
                    trade_id=self.ledger.next_trade_id(pit.listing.symbol),
                    symbol=pit.listing.symbol,
                    price=order.resting_price,
                    quantity=order.leaves_quantity,
                    at_us=at_us,
                )
                self._settlement.settle_house(deal, side.opposite)
                self._fill(order, deal, is_maker=True)

    def _fill(self, order: Order, deal: Deal, *, is_maker: bool) -> None:
        pit, ticket = self.pits[deal.symbol], order.ticket
        if is_maker:
            self._settlement.release(order, quantity=deal.quantity)
        fee_rate = pit.listing.maker_fee if is_maker else pit.listing.taker_fee
        settled = self._settlement.settle(deal, ticket, fee_rate=fee_rate)
        fill = Fill(
            trade_id=deal.trade_id,
            order_id=order.order_id,
            account=ticket.account,
            symbol=ticket.symbol,
            side=ticket.side,
            price=deal.price,
            quantity=deal.quantity,
            fee=settled.fee,
            fee_asset=settled.fee_asset,
            is_maker=is_maker,
            realized_profit=settled.realized_profit,
            at_us=deal.at_us,
        )
        self.ledger.record(fill)
        if is_maker and not order.is_open:
            pit.book.remove(order)
        self._report(Execution.TRADE, order, fill)
        self._trim_reductions(ticket, at_us=deal.at_us)

    def _trim_reductions(self, ticket: Ticket, *, at_us: int) -> None:
        """Expire the newest reduce-only orders while the position is smaller than they are."""
        while self._settlement.reduces_too_much(ticket):
            resting = self.ledger.open_orders(ticket.account, ticket.symbol)
            newest = [order for order in resting if order.ticket.reduce_only][-1]
            self._withdraw(newest, OrderStatus.EXPIRED, at_us=at_us)

    # --- leaving -----------------------------------------------------------------------------

    def _wake(self, order: Order, *, at_us: int) -> None:
        """The trigger is reached: from now on the order trades like any other."""
        del self._asleep[order.ticket.symbol][order.order_id]
        self._settlement.release(order, quantity=order.quantity)
        self._report(Execution.TRIGGERED, order)
        at_once = preview(self.pits[order.ticket.symbol], order.ticket, quantity=order.quantity)
        try:
            resting = order.quantity - at_once.quantity if order.ticket.may_rest else ZERO
            self._settlement.require(order.ticket, at_once=at_once, resting=resting)
        except Refused:
            self._close(order, OrderStatus.EXPIRED, at_us=at_us)
        else:
            self._work(order, at_us=at_us)

    def _withdraw(self, order: Order, status: OrderStatus, *, at_us: int) -> None:
        """Take a resting or sleeping order out and give back what it had reserved."""
        symbol = order.ticket.symbol
        if self._asleep[symbol].pop(order.order_id, None) is None:
            self.pits[symbol].book.remove(order)
        self._settlement.release(order, quantity=order.leaves_quantity)
        self._close(order, status, at_us=at_us)

    def _close(self, order: Order, status: OrderStatus, *, at_us: int) -> None:
        self.ledger.close(order, status, at_us=at_us)
        canceled = status is OrderStatus.CANCELED
        self._report(Execution.CANCELED if canceled else Execution.EXPIRED, order)

    def _report(self, execution: Execution, order: Order, fill: Fill | None = None) -> None:
        self._emit(OrderChanged(self.market, execution, order.snapshot(), fill))
