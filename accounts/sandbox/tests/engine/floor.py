"""A trading floor for engine tests: an exchange, three accounts, and short ways to act on it."""

from dataclasses import replace
from decimal import Decimal
from itertools import count

from accounts.sandbox.engine.commands import (
    CancelAlgoOrder,
    CancelOrder,
    Command,
    OpenAccount,
    PinPrice,
    PlaceAlgoOrder,
    PlaceOrder,
)
from accounts.sandbox.engine.decimals import ZERO
from accounts.sandbox.engine.events import AlgoOrderChanged, Event, OrderChanged
from accounts.sandbox.engine.exchange import Exchange
from accounts.sandbox.engine.listings import Market
from accounts.sandbox.engine.orders import (
    AlgoOrder,
    Direction,
    Order,
    Side,
    Ticket,
    TimeInForce,
    Trigger,
)

ACCOUNTS = ("ann", "bob", "cho")
BTC = "BTCUSDT"
RISES, FALLS = Direction.RISES_TO, Direction.FALLS_TO
_BALANCES = {"USDT": Decimal(1_000_000), "BTC": Decimal(10)}


def ticket(
    account: str,
    side: Side,
    quantity: str,
    limit_price: str | None = None,
    *,
    client_order_id: str = "",
    trigger: tuple[Direction, str] | None = None,
    time_in_force: TimeInForce = TimeInForce.GTC,
    quote_quantity: str | None = None,
    reduce_only: bool = False,
    close_position: bool = False,
) -> Ticket:
    """A BTCUSDT ticket; without a price it is a market order."""
    return Ticket(
        account=account,
        symbol=BTC,
        side=side,
        type="MARKET" if limit_price is None else "LIMIT",
        quantity=Decimal(quantity),
        client_order_id=client_order_id,
        limit_price=None if limit_price is None else Decimal(limit_price),
        quote_quantity=None if quote_quantity is None else Decimal(quote_quantity),
        trigger=None if trigger is None else Trigger(Decimal(trigger[1]), trigger[0]),
        time_in_force=time_in_force,
        reduce_only=reduce_only,
        close_position=close_position,
    )


class Floor:
    """BTCUSDT stands at 95,000; every account has 1,000,000 USDT in each wallet and 10 BTC."""

    def __init__(self) -> None:
        """Open the accounts."""
        self.exchange = Exchange(first_id=1)
        self.journal: list[tuple[Command, int]] = []
        self.seen: list[Event] = []
        self._clock = count(1)
        self._names = count(1)
        for name in ACCOUNTS:
            self.do(OpenAccount(name, f"key-{name}", "secret", dict(_BALANCES)))
        self.move("95000")

    def do(self, command: Command) -> list[Event]:
        """Apply `command` at the next microsecond."""
        at_us = next(self._clock)
        events = self.exchange.apply(command, at_us=at_us)
        self.journal.append((command, at_us))
        self.seen.extend(events)
        return events

    def place(self, asked: Ticket, market: Market = Market.SPOT) -> Order:
        """Place an order; it gets a client order id if it has none."""
        events = self.do(PlaceOrder(market, self.named(asked)))
        placed = next(event.order for event in events if isinstance(event, OrderChanged))
        return self.exchange.desk(market).ledger.orders[BTC, placed.order_id]

    def place_stop(self, asked: Ticket) -> AlgoOrder:
        """Place a futures stop."""
        events = self.do(PlaceAlgoOrder(self.named(asked)))
        placed = next(event.order for event in events if isinstance(event, AlgoOrderChanged))
        return self.exchange.algo.orders[placed.algo_id]

    def cancel(self, order: Order, market: Market = Market.SPOT) -> None:
        """Cancel an order as its own account."""
        self.do(CancelOrder(market, order.ticket.account, BTC, order.order_id))

    def cancel_stop(self, order: AlgoOrder) -> None:
        """Cancel a futures stop as its own account."""
        self.do(CancelAlgoOrder(order.ticket.account, order.algo_id))

    def move(self, price: str) -> list[Event]:
        """Pin the price of BTCUSDT on both markets."""
        return self.do(PinPrice(BTC, Decimal(price)))

    def free(self, account: str, asset: str) -> Decimal:
        """What the account can spend on the spot market."""
        return self.exchange.spot_money.wallets[account].free.get(asset, ZERO)

    def locked(self, account: str, asset: str) -> Decimal:
        """What the account's open spot orders hold."""
        return self.exchange.spot_money.wallets[account].locked.get(asset, ZERO)

    def position(self, account: str) -> Decimal:
        """The account's futures position in BTC."""
        return self.exchange.futures_money.holdings[account, BTC].position.quantity

    def named(self, asked: Ticket) -> Ticket:
        """The ticket, with a client order id of its own if it has none."""
        if asked.client_order_id:
            return asked
        return replace(asked, client_order_id=f"order-{next(self._names)}")
