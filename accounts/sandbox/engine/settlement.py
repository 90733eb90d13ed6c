"""What the desk asks of a market's money: may this order be, keep its funds, book its fills."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from accounts.sandbox.engine.matching import Preview
from accounts.sandbox.engine.orders import Order, Side, Ticket


@dataclass(frozen=True, slots=True)
class Deal:
    """One execution, as it is the same for both sides."""

    trade_id: int
    symbol: str
    price: Decimal
    quantity: Decimal
    at_us: int

    @property
    def notional(self) -> Decimal:
        """Price times quantity, in the quote currency."""
        return self.price * self.quantity


@dataclass(frozen=True, slots=True)
class Settled:
    """What one account's side of an execution cost and earned."""

    fee: Decimal
    fee_asset: str
    realized_profit: Decimal


class Settlement(Protocol):
    """Spot settles coins against coins, futures settles positions against margin."""

    def largest_quantity(self, ticket: Ticket, *, wanted: Decimal) -> Decimal:
        """How much of what is `wanted` the order may be for; Refused when nothing."""
        ...

    def require(self, ticket: Ticket, *, at_once: Preview, resting: Decimal) -> None:
        """Raise Refused unless the account can pay what trades at once and what rests."""
        ...

    def reserve(self, order: Order) -> None:
        """Keep what the order's leaves need, while it rests or waits for its trigger."""
        ...

    def release(self, order: Order, *, quantity: Decimal) -> None:
        """Give back what was kept for `quantity` of the order."""
        ...

    def settle(self, deal: Deal, ticket: Ticket, *, fee_rate: Decimal) -> Settled:
        """Book an account's side of `deal`."""
        ...

    def settle_house(self, deal: Deal, side: Side) -> None:
        """Book the house's `side` of `deal`, free of charge."""
        ...

    def reduces_too_much(self, ticket: Ticket) -> bool:
        """Whether the ticket's account has more resting reduce-only than its position bears."""
        ...
