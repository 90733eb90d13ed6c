"""The engine's invariants under whatever three accounts may do, as a Hypothesis state machine."""

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from accounts.sandbox.engine.commands import Deposit, MovePrice, SetLeverage
from accounts.sandbox.engine.decimals import ZERO
from accounts.sandbox.engine.events import Event, OrderChanged
from accounts.sandbox.engine.exchange import Exchange
from accounts.sandbox.engine.listings import Market
from accounts.sandbox.engine.orders import Side, Ticket
from accounts.sandbox.engine.refusals import Refused
from accounts.sandbox.journal import Journal
from accounts.sandbox.tests.engine.drawing import (
    accounts,
    client_ids,
    limits,
    markets,
    prices,
    quantities,
    sides,
    spot,
    tickets,
)
from accounts.sandbox.tests.engine.floor import ACCOUNTS, BTC, Floor
from accounts.sandbox.tests.engine.observing import base_need, queue, quote_need, state

_OTHER_PRICE = Decimal("12345.6")


class AnyTrading(RuleBasedStateMachine):
    """Whatever happens, nothing is lost, nobody is favoured, nothing is exceeded."""

    def __init__(self) -> None:
        """Open the floor."""
        super().__init__()
        self.floor = Floor()
        self.spot_deposits = {"USDT": Decimal(3_000_000), "BTC": Decimal(30)}
        self.futures_deposits = Decimal(3_000_000)

    # --- what may happen ---------------------------------------------------------------------

    @rule(ticket=tickets().filter(spot))
    def place_on_spot(self, ticket: Ticket) -> None:
        self.place(Market.SPOT, ticket)

    @rule(ticket=tickets(triggered=True).filter(spot))
    def place_stop_on_spot(self, ticket: Ticket) -> None:
        self.attempt(lambda: self.floor.place(ticket))

    @rule(account=accounts, side=sides, client_id=client_ids, spend=st.integers(5, 400_000))
    def spend_on_spot(self, account: str, side: Side, client_id: str, spend: int) -> None:
        ticket = Ticket(account, BTC, side, "ANY", ZERO, client_id, quote_quantity=Decimal(spend))
        self.place(Market.SPOT, ticket)

    @rule(ticket=tickets())
    def place_on_futures(self, ticket: Ticket) -> None:
        self.place(Market.FUTURES, ticket)

    @rule(account=accounts, quantity=quantities, limit_price=limits)
    def reduce_position(self, account: str, quantity: Decimal, limit_price: Decimal | None) -> None:
        held = self.floor.position(account)
        side = Side.SELL if held > ZERO else Side.BUY
        ticket = Ticket(account, BTC, side, "ANY", quantity, "", limit_price, reduce_only=True)
        self.place(Market.FUTURES, ticket)
        left = self.floor.position(account)
        assert abs(left) <= abs(held)
        assert left * held >= ZERO

    @rule(ticket=tickets(triggered=True))
    def place_algo_order(self, ticket: Ticket) -> None:
        self.attempt(lambda: self.floor.place_stop(ticket))

    @rule(market=markets, account=accounts, which=st.integers(0, 9))
    def cancel(self, market: Market, account: str, which: int) -> None:
        opened = self.floor.exchange.desk(market).ledger.open_orders(account)
        if opened:
            self.floor.cancel(opened[which % len(opened)], market)

    @rule(price=prices)
    def move_price(self, price: Decimal) -> None:
        self.floor.do(MovePrice(BTC, price))
        self.check_that_no_order_meets_the_house()

    @rule(price=prices)
    def pin_price(self, price: Decimal) -> None:
        self.floor.move(str(price))
        self.check_that_no_order_meets_the_house()

    @rule(account=accounts, leverage=st.integers(0, 126))
    def set_leverage(self, account: str, leverage: int) -> None:
        self.attempt(lambda: self.floor.do(SetLeverage(account, BTC, leverage)))

    @rule(account=accounts, market=markets, amount=st.integers(1, 1_000))
    def deposit(self, account: str, market: Market, amount: int) -> None:
        self.floor.do(Deposit(account, market, "USDT", Decimal(amount)))
        if market is Market.SPOT:
            self.spot_deposits["USDT"] += amount
        else:
            self.futures_deposits += amount

    # --- what each step must keep ------------------------------------------------------------

    def place(self, market: Market, ticket: Ticket) -> None:
        """Place and check whom the order traded with."""
        opposing = queue(self.floor.exchange, market, ticket)
        leaves = {order.order_id: order.leaves_quantity for order in opposing}
        events: list[Event] = []
        self.attempt(lambda: self.floor.place(ticket, market), events)
        done: defaultdict[int, Decimal] = defaultdict(Decimal)
        worst: Decimal | None = None
        for event in events:
            if isinstance(event, OrderChanged) and event.fill and not event.fill.is_maker:
                worst = event.fill.price
            elif isinstance(event, OrderChanged) and event.fill:
                done[event.order.order_id] += event.fill.quantity
        house = self.floor.exchange.desk(market).pits[BTC].house.quotes(ticket.side.opposite)
        if worst is not None and house:
            assert worst * ticket.side.sign <= house[0].price * ticket.side.sign
        untouched = [order for order in opposing if done[order.order_id] < leaves[order.order_id]]
        traded = [order for order in opposing if done[order.order_id]]
        still_open = [order for order in untouched if order.is_open]
        if still_open and traded:  # a queue is served from its head
            assert opposing.index(traded[-1]) <= opposing.index(still_open[0])
        if still_open and worst is not None:  # and nothing worse trades before it
            assert worst * ticket.side.sign <= still_open[0].resting_price * ticket.side.sign

    def check_that_no_order_meets_the_house(self) -> None:
        """After a price move nothing is left that the house's quotes would trade with."""
        for desk in (self.floor.exchange.spot, self.floor.exchange.futures):
            pit = desk.pits[BTC]
            for side in Side:
                quote = pit.house.quotes(side.opposite)[0]
                for order in pit.book.side(side):
                    assert order.resting_price * side.sign < quote.price * side.sign

    def attempt(self, act: Callable[[], object], events: list[Event] | None = None) -> None:
        """Act; what is refused must have changed nothing."""
        before = state(self.floor.exchange)
        seen = len(self.floor.seen)
        try:
            act()
        except Refused:
            assert state(self.floor.exchange) == before
        if events is not None:
            events.extend(self.floor.seen[seen:])

    @invariant()
    def spot_money_is_neither_made_nor_lost(self) -> None:
        money = self.floor.exchange.spot_money
        for asset in ("USDT", "BTC"):
            held = sum(w.free[asset] + w.locked[asset] for w in money.wallets.values())
            assert held + money.house[asset] + money.fees[asset] == self.spot_deposits[asset]

    @invariant()
    def futures_money_is_neither_made_nor_lost_at_any_price(self) -> None:
        money = self.floor.exchange.futures_money
        positions = [money.holdings[name, BTC].position for name in ACCOUNTS]
        positions.append(money.house_positions[BTC])
        assert sum(position.quantity for position in positions) == ZERO
        profit = sum(position.unrealized_profit(_OTHER_PRICE) for position in positions)
        wallets = sum(money.balances.values()) + money.house + money.fees
        assert wallets + profit == self.futures_deposits

    @invariant()
    def locked_money_is_what_open_orders_need(self) -> None:
        for name in ACCOUNTS:
            wallet = self.floor.exchange.spot_money.wallets[name]
            orders = self.floor.exchange.spot.ledger.open_orders(name)
            assert min(wallet.free["USDT"], wallet.free["BTC"]) >= ZERO
            assert wallet.locked["BTC"] == sum(base_need(order) for order in orders)
            assert wallet.locked["USDT"] == sum(quote_need(order) for order in orders)

    @invariant()
    def futures_reservations_are_what_open_orders_need(self) -> None:
        for name in ACCOUNTS:
            holding = self.floor.exchange.futures_money.holdings[name, BTC]
            orders = self.floor.exchange.futures.ledger.open_orders(name)
            reducing = [order for order in orders if order.ticket.reduce_only]
            others = [order for order in orders if not order.ticket.reduce_only]
            assert holding.reducing == sum(order.leaves_quantity for order in reducing)
            assert holding.buying == sum(quote_need(order) for order in others)
            assert holding.reducing <= abs(holding.position.quantity)

    @invariant()
    def no_order_is_overfilled_or_filled_beyond_its_limit(self) -> None:
        for desk in (self.floor.exchange.spot, self.floor.exchange.futures):
            filled: defaultdict[int, Decimal] = defaultdict(Decimal)
            for fill in desk.ledger.fills:
                filled[fill.order_id] += fill.quantity
                limit = desk.ledger.orders[BTC, fill.order_id].ticket.limit_price
                if limit is not None:
                    assert fill.price * fill.side.sign <= limit * fill.side.sign
            for order in desk.ledger.orders.values():
                assert order.filled_quantity == filled[order.order_id] <= order.quantity

    @invariant()
    def nobody_trades_with_himself(self) -> None:
        for desk in (self.floor.exchange.spot, self.floor.exchange.futures):
            traders: defaultdict[int, list[str]] = defaultdict(list)
            for fill in desk.ledger.fills:
                traders[fill.trade_id].append(fill.account)
            assert all(len(names) == len(set(names)) <= 2 for names in traders.values())

    @invariant()
    def no_book_is_crossed(self) -> None:
        for desk in (self.floor.exchange.spot, self.floor.exchange.futures):
            pit = desk.pits[BTC]
            bids = [order.resting_price for order in pit.book.side(Side.BUY)]
            asks = [order.resting_price for order in pit.book.side(Side.SELL)]
            assert bids == sorted(bids, reverse=True)
            assert asks == sorted(asks)
            if bids and asks:
                assert bids[0] < asks[0]

    def teardown(self) -> None:
        """What was journalled gives the same exchange again."""
        with TemporaryDirectory() as directory:
            journal = Journal(Path(directory), first_id=1)
            for command, at_us in self.floor.journal:
                journal.append(command, at_us=at_us)
            journal.close()
            again, reopened = Exchange(first_id=1), Journal(Path(directory), first_id=99)
            reopened.replay(lambda command, at_us: again.apply(command, at_us=at_us))
            reopened.close()
        assert state(again) == state(self.floor.exchange)


TestAnyTrading = AnyTrading.TestCase
TestAnyTrading.settings = settings(
    max_examples=100,
    stateful_step_count=50,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
