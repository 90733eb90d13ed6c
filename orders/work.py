"""What a dispatch is made of while a worker carries it out."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from accounts.exchange.types import (
    Login,
    MarketRules,
    OrderReference,
    OrderTicket,
    OrderType,
)
from orders.models import Order
from orders.obstacles import Obstacle
from strategies.intents import Intent
from strategies.models import Signal
from strategies.sizing import Allocation, Denied


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One subscription as the order path sees it."""

    subscription_id: int
    owner_id: int
    login: Login
    allocation: Allocation
    has_symbol_limit: bool
    obstacle: Obstacle | None = None


@dataclass(frozen=True, slots=True)
class MarketData:
    """What is known of one symbol of one market table at the moment of sizing."""

    rules: MarketRules
    last_price: Decimal | None


@dataclass(frozen=True, slots=True)
class Plan:
    """A dispatch read from the database, before it is claimed."""

    dispatch_id: int
    shard: int
    shards: int
    signal: Signal
    intents: tuple[Intent, ...]
    subscribers: tuple[Subscriber, ...]


@dataclass(frozen=True, slots=True)
class PlaceJob:
    """Place one order. Without a ticket it is sized first, when its account's turn comes."""

    order_id: int
    login: Login
    intent: Intent
    ticket: OrderTicket | None
    is_replacement: bool = False


@dataclass(frozen=True, slots=True)
class CancelJob:
    """Cancel one of our orders."""

    order_id: int
    login: Login
    reference: OrderReference


@dataclass(frozen=True, slots=True)
class LookUpJob:
    """Ask the venue where one of our orders stands.

    `is_decisive`: one more miss would be enough to conclude from. `proves_absence`: what the venue
    does not find then has never arrived.
    """

    order_id: int
    login: Login
    reference: OrderReference
    is_decisive: bool
    proves_absence: bool


Job = PlaceJob | CancelJob | LookUpJob


@dataclass(frozen=True, slots=True)
class DispatchWork:
    """A claimed dispatch: committed rows that are now to be carried out, in this order."""

    dispatch_id: int
    expires_at: datetime
    jobs: tuple[Job, ...]


@dataclass(frozen=True, slots=True)
class LateSizing:
    """An order whose turn has come, with what was read from the venue to size it.

    `account_quantity` is what the account holds (None: not needed, or not readable), asked for at
    `read_at` or later. `denial` says why there is no market data.
    """

    order_id: int
    intent: Intent
    market: MarketData | None
    account_quantity: Decimal | None
    read_at: datetime
    denial: Denied | None


def reference_of(order: Order) -> OrderReference:
    """How to find the order at its venue."""
    return OrderReference(
        client_order_id=order.client_order_id,
        venue_order_id=order.venue_order_id,
        symbol=order.symbol,
        order_type=OrderType(order.order_type),
    )
