"""An order from ticket to last fill, in the engine's own words.

The venue's order types differ between spot and futures; here an order is what its fields say
(a limit price or none, a trigger or none) and `type` is only the name it is shown under.
"""

import copy
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Self

from accounts.sandbox.engine.decimals import ZERO


class Side(StrEnum):
    """Which way an order trades."""

    BUY = "BUY"
    SELL = "SELL"

    @property
    def opposite(self) -> "Side":
        """The side this one trades against."""
        return Side.SELL if self is Side.BUY else Side.BUY

    @property
    def sign(self) -> int:
        """+1 for what grows a position, -1 for what shrinks it."""
        return 1 if self is Side.BUY else -1


class TimeInForce(StrEnum):
    """How long an order waits for a counterparty; GTX is "rest or be refused"."""

    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"
    GTX = "GTX"


class OrderStatus(StrEnum):
    """Binance's words for where an order stands."""

    NEW = "NEW"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    EXPIRED_IN_MATCH = "EXPIRED_IN_MATCH"  # met an order of its own account


class Direction(StrEnum):
    """From where the price must reach a trigger."""

    RISES_TO = "RISES_TO"
    FALLS_TO = "FALLS_TO"


@dataclass(frozen=True, slots=True)
class Trigger:
    """An order with a trigger sleeps until the market price reaches it."""

    price: Decimal
    direction: Direction

    def reached_by(self, price: Decimal) -> bool:
        """Whether the market price has gone as far as the trigger."""
        if self.direction is Direction.RISES_TO:
            return price >= self.price
        return price <= self.price


@dataclass(frozen=True, slots=True)
class Ticket:
    """What an account asks for; `limit_price` None trades at any price.

    `quote_quantity` (spot market orders only) gives the size in the quote currency and leaves
    `quantity` to the engine. `close_position` (futures stops only) takes whatever is held.
    """

    account: str
    symbol: str
    side: Side
    type: str
    quantity: Decimal
    client_order_id: str
    limit_price: Decimal | None = None
    quote_quantity: Decimal | None = None
    trigger: Trigger | None = None
    time_in_force: TimeInForce = TimeInForce.GTC
    reduce_only: bool = False
    close_position: bool = False

    @property
    def may_rest(self) -> bool:
        """Whether what does not trade at once waits in the book."""
        patient = self.time_in_force in (TimeInForce.GTC, TimeInForce.GTX)
        return patient and self.limit_price is not None


@dataclass(slots=True)
class Order:
    """A ticket the venue accepted, and how far it has come. Changed by the desk only."""

    order_id: int
    ticket: Ticket
    quantity: Decimal
    received_at_us: int  # microseconds since the epoch, as every time in the engine
    updated_at_us: int
    working_since_us: int | None = None  # None: still waiting for its trigger
    status: OrderStatus = OrderStatus.NEW
    filled_quantity: Decimal = ZERO
    filled_notional: Decimal = ZERO

    @property
    def leaves_quantity(self) -> Decimal:
        """What is not filled yet."""
        return self.quantity - self.filled_quantity

    @property
    def is_open(self) -> bool:
        """Whether the order can still trade."""
        return self.status in (OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED)

    @property
    def resting_price(self) -> Decimal:
        """The limit price by which the order rests; ValueError when it has none."""
        if self.ticket.limit_price is None:
            raise ValueError(f"order {self.order_id} has no limit price and cannot rest")
        return self.ticket.limit_price

    @property
    def average_price(self) -> Decimal:
        """Filled notional per filled quantity, 0 before the first fill."""
        return self.filled_notional / self.filled_quantity if self.filled_quantity else ZERO

    def snapshot(self) -> Self:
        """A copy that later changes leave alone."""
        return copy.copy(self)


@dataclass(frozen=True, slots=True)
class Fill:
    """One account's side of one execution; both sides share the `trade_id`."""

    trade_id: int
    order_id: int
    account: str
    symbol: str
    side: Side
    price: Decimal
    quantity: Decimal
    fee: Decimal
    fee_asset: str
    is_maker: bool
    realized_profit: Decimal  # futures only, in the quote currency
    at_us: int

    @property
    def notional(self) -> Decimal:
        """Price times quantity, in the quote currency."""
        return self.price * self.quantity


class AlgoStatus(StrEnum):
    """Binance's words for where a conditional futures order stands."""

    NEW = "NEW"
    CANCELED = "CANCELED"
    TRIGGERING = "TRIGGERING"  # the price is there, the order not placed yet
    TRIGGERED = "TRIGGERED"  # the order it placed is open
    FINISHED = "FINISHED"  # the order it placed is filled or gone
    REJECTED = "REJECTED"  # the order it wanted to place was refused
    EXPIRED = "EXPIRED"  # nothing was left to close


@dataclass(slots=True)
class AlgoOrder:
    """A futures stop: a ticket that is placed as an order of its own when the price triggers it."""

    algo_id: int
    ticket: Ticket
    received_at_us: int
    updated_at_us: int
    status: AlgoStatus = AlgoStatus.NEW
    triggered_at_us: int | None = None
    placed: Order | None = None

    def snapshot(self) -> Self:
        """A copy, with a copy of the placed order, that later changes leave alone."""
        placed = None if self.placed is None else self.placed.snapshot()
        return replace(self, placed=placed)
