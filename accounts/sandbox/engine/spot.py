"""Spot money: coins free and locked, fees taken from what is received.

Invariants: no customer's amount is below zero; per asset customers + house + fees equal what was
deposited; an account's locked amount is the sum of what its open orders need.
"""

from collections import defaultdict
from decimal import Decimal

from accounts.sandbox.engine.decimals import ZERO, down_to_unit
from accounts.sandbox.engine.listings import Listing
from accounts.sandbox.engine.matching import Preview
from accounts.sandbox.engine.orders import Order, Side, Ticket
from accounts.sandbox.engine.refusals import Reason, Refused
from accounts.sandbox.engine.settlement import Deal, Settled


class Wallet:
    """One account's coins."""

    def __init__(self) -> None:
        """An empty wallet."""
        self.free: defaultdict[str, Decimal] = defaultdict(Decimal)
        self.locked: defaultdict[str, Decimal] = defaultdict(Decimal)

    def add(self, asset: str, amount: Decimal) -> None:
        """Change the free amount, downwards if `amount` is negative; Refused below zero."""
        if self.free[asset] + amount < ZERO:
            raise Refused(Reason.INSUFFICIENT_FUNDS)
        self.free[asset] += amount

    def lock(self, asset: str, amount: Decimal) -> None:
        """Move `amount` from free to locked, or back if negative."""
        self.add(asset, -amount)
        self.locked[asset] += amount


class SpotSettlement:
    """Every account's wallet, and what the house and the fees have come to."""

    def __init__(self, listings: dict[str, Listing]) -> None:
        """No wallets yet."""
        self._listings = listings
        self.wallets: dict[str, Wallet] = {}
        self.house: defaultdict[str, Decimal] = defaultdict(Decimal)  # may be below zero
        self.fees: defaultdict[str, Decimal] = defaultdict(Decimal)

    def largest_quantity(self, ticket: Ticket, *, wanted: Decimal) -> Decimal:
        """All of it: spot has no positions to reduce."""
        del ticket
        return wanted

    def require(self, ticket: Ticket, *, at_once: Preview, resting: Decimal) -> None:
        """Refused unless the free amount covers the order at its limit price."""
        asset, need = self._need(ticket, at_once.quantity + resting)
        if ticket.side is Side.BUY and ticket.limit_price is None and not resting:
            need = at_once.notional
        if self.wallets[ticket.account].free[asset] < need:
            raise Refused(Reason.INSUFFICIENT_FUNDS)

    def reserve(self, order: Order) -> None:
        """Lock what the order's leaves need."""
        asset, need = self._need(order.ticket, order.leaves_quantity)
        self.wallets[order.ticket.account].lock(asset, need)

    def release(self, order: Order, *, quantity: Decimal) -> None:
        """Unlock what `quantity` of the order needed."""
        asset, need = self._need(order.ticket, quantity)
        self.wallets[order.ticket.account].lock(asset, -need)

    def _need(self, ticket: Ticket, quantity: Decimal) -> tuple[str, Decimal]:
        listing = self._listings[ticket.symbol]
        if ticket.side is Side.SELL:
            return listing.base, quantity
        price = ticket.limit_price
        if price is None:
            price = ticket.trigger.price if ticket.trigger else ZERO
        return listing.quote, price * quantity

    def settle(self, deal: Deal, ticket: Ticket, *, fee_rate: Decimal) -> Settled:
        """Swap coins; the fee comes out of what is received, down to the eighth decimal."""
        listing = self._listings[ticket.symbol]
        base, quote = (listing.base, deal.quantity), (listing.quote, deal.notional)
        given, received = (quote, base) if ticket.side is Side.BUY else (base, quote)
        fee = down_to_unit(received[1] * fee_rate)
        wallet = self.wallets[ticket.account]
        wallet.add(given[0], -given[1])
        wallet.add(received[0], received[1] - fee)
        self.fees[received[0]] += fee
        return Settled(fee=fee, fee_asset=received[0], realized_profit=ZERO)

    def settle_house(self, deal: Deal, side: Side) -> None:
        """Swap the house's coins."""
        listing = self._listings[deal.symbol]
        self.house[listing.base] += side.sign * deal.quantity
        self.house[listing.quote] -= side.sign * deal.notional

    def reduces_too_much(self, ticket: Ticket) -> bool:
        """Never: spot has no reduce-only orders."""
        del ticket
        return False
