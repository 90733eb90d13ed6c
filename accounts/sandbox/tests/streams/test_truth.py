"""The events of any trading, put together, say the same as the queries do."""

from collections import defaultdict
from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from accounts.sandbox import futures_json, spot_json
from accounts.sandbox.engine.commands import (
    CancelAlgoOrder,
    CancelOrder,
    Command,
    PinPrice,
    PlaceAlgoOrder,
    PlaceOrder,
)
from accounts.sandbox.engine.listings import Market
from accounts.sandbox.engine.orders import Ticket
from accounts.sandbox.engine.refusals import Refused
from accounts.sandbox.formats import Row
from accounts.sandbox.streams.pushes import Push, pushes
from accounts.sandbox.tests.engine.drawing import accounts, prices, spot, tickets
from accounts.sandbox.tests.engine.floor import ACCOUNTS, BTC, Floor

# What an order's events and the answers to queries call the same thing.
SPOT_NAMES = {
    "X": "status",
    "z": "executedQty",
    "Z": "cummulativeQuoteQty",
    "q": "origQty",
    "p": "price",
    "O": "time",
    "T": "updateTime",
}
FUTURES_NAMES = {"X": "status", "z": "executedQty", "q": "origQty", "p": "price", "ap": "avgPrice"}
ALGO_NAMES = {"X": "algoStatus", "ai": "actualOrderId", "tt": "triggerTime", "caid": "clientAlgoId"}


class AnyStreams(RuleBasedStateMachine):
    """Three accounts trade; somebody puts every event together as it comes."""

    def __init__(self) -> None:
        """Nothing has happened."""
        super().__init__()
        self.floor = Floor()
        self.orders: defaultdict[tuple[str, Market], dict[object, Row]] = defaultdict(dict)
        self.algo_orders: defaultdict[str, dict[object, Row]] = defaultdict(dict)
        self.fills: defaultdict[tuple[str, Market], list[Row]] = defaultdict(list)
        self.balances: dict[str, Row] = {}

    @rule(ticket=tickets().filter(spot))
    def place_on_spot(self, ticket: Ticket) -> None:
        self.do(PlaceOrder(Market.SPOT, self.floor.named(ticket)))

    @rule(ticket=tickets(triggered=True).filter(spot))
    def place_stop_on_spot(self, ticket: Ticket) -> None:
        self.do(PlaceOrder(Market.SPOT, self.floor.named(ticket)))

    @rule(ticket=tickets())
    def place_on_futures(self, ticket: Ticket) -> None:
        self.do(PlaceOrder(Market.FUTURES, self.floor.named(ticket)))

    @rule(ticket=tickets(triggered=True))
    def place_algo_order(self, ticket: Ticket) -> None:
        self.do(PlaceAlgoOrder(self.floor.named(ticket)))

    @rule(account=accounts)
    def cancel_all(self, account: str) -> None:
        for market in Market:
            for order in self.floor.exchange.desk(market).ledger.open_orders(account):
                self.do(CancelOrder(market, account, BTC, order.order_id, "cancel"))
        for algo in self.floor.exchange.algo.open_orders(account):
            self.do(CancelAlgoOrder(account, algo.algo_id))

    @rule(price=prices)
    def move(self, price: Decimal) -> None:
        self.do(PinPrice(BTC, price))

    def do(self, command: Command) -> None:
        """Act, and put together what is pushed."""
        try:
            events = self.floor.do(command)
        except Refused:
            return
        _, at_us = self.floor.journal[-1]
        for push in pushes(self.floor.exchange, command, events, at_us=at_us):
            self.put_together(push)

    def put_together(self, push: Push) -> None:
        """Keep the newest of every order, all fills, and the newest balances."""
        body = push.row["o"] if push.market is Market.FUTURES and push.is_about_order else push.row
        assert isinstance(body, dict)
        if "aid" in body:
            self.algo_orders[push.account][body["aid"]] = body
        elif push.is_about_order:
            self.orders[push.account, push.market][body["i"]] = body
            if body["x"] == "TRADE":
                self.fills[push.account, push.market].append(body)
        elif push.market is Market.SPOT:
            self.balances[push.account] = push.row

    @invariant()
    def spot_orders_are_as_queried(self) -> None:
        for account in ACCOUNTS:
            known = self.floor.exchange.spot.ledger.all_orders(account, BTC)
            told = self.orders[account, Market.SPOT]
            assert {order.order_id for order in known} == set(told)
            for order in known:
                row, event = spot_json.order_row(order), told[order.order_id]
                assert {name: event[name] for name in SPOT_NAMES} == {
                    name: row[asked] for name, asked in SPOT_NAMES.items()
                }
                cancels = event["x"] == "CANCELED"
                assert event["C" if cancels else "c"] == order.ticket.client_order_id
                assert event["w"] == (order.is_open and order.working_since_us is not None)

    @invariant()
    def futures_orders_are_as_queried(self) -> None:
        for account in ACCOUNTS:
            known = self.floor.exchange.futures.ledger.all_orders(account, BTC)
            told = self.orders[account, Market.FUTURES]
            assert {order.order_id for order in known} == set(told)
            for order in known:
                row, event = futures_json.order_row(order), told[order.order_id]
                assert {name: event[name] for name in FUTURES_NAMES} == {
                    name: row[asked] for name, asked in FUTURES_NAMES.items()
                }

    @invariant()
    def algo_orders_are_as_queried(self) -> None:
        for account in ACCOUNTS:
            known = self.floor.exchange.algo.all_orders(account, BTC)
            told = self.algo_orders[account]
            assert {algo.algo_id for algo in known} == set(told)
            for algo in known:
                row, event = futures_json.algo_row(algo), told[algo.algo_id]
                assert {name: event[name] for name in ALGO_NAMES} == {
                    name: row[asked] for name, asked in ALGO_NAMES.items()
                }

    @invariant()
    def fills_are_as_queried(self) -> None:
        for account in ACCOUNTS:
            for market in Market:
                known = self.floor.exchange.desk(market).ledger.fills_of(account, BTC)
                told = self.fills[account, market]
                assert [event["t"] for event in told] == [fill.trade_id for fill in known]
                for fill, event in zip(known, told, strict=True):
                    assert event["i"] == fill.order_id
                    numbers = [Decimal(str(event[name])) for name in ("L", "l", "n")]
                    assert numbers == [fill.price, fill.quantity, fill.fee]
                    assert (event["N"], event["m"]) == (fill.fee_asset, fill.is_maker)

    @invariant()
    def balances_are_as_queried(self) -> None:
        for account, row in self.balances.items():
            wallet = self.floor.exchange.spot_money.wallets[account]
            assert isinstance(row["B"], list)
            assert {
                entry["a"]: (Decimal(entry["f"]), Decimal(entry["l"])) for entry in row["B"]
            } == {asset: (wallet.free[asset], wallet.locked[asset]) for asset in ("BTC", "USDT")}


TestAnyStreams = AnyStreams.TestCase
TestAnyStreams.settings = settings(
    max_examples=50,
    stateful_step_count=30,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
