"""Futures money: one USDT wallet and one-way positions per account, margined together.

Invariants: over all accounts, house and fees, wallet + unrealised profit at any price equals what
was deposited; quantities of all positions in a symbol sum to zero; resting reduce-only orders
never exceed the position. Simplified: no liquidation, no funding; ISOLATED is a label only.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from accounts.sandbox.engine.decimals import ZERO, down_to_unit
from accounts.sandbox.engine.listings import Listing
from accounts.sandbox.engine.matching import Preview
from accounts.sandbox.engine.orders import Order, Side, Ticket
from accounts.sandbox.engine.positions import Position
from accounts.sandbox.engine.refusals import Reason, Refused
from accounts.sandbox.engine.settlement import Deal, Settled


@dataclass(frozen=True, slots=True)
class Setting:
    """How an account trades a symbol; 20 and CROSSED are what Binance starts with."""

    leverage: int = 20
    margin_type: str = "CROSSED"


@dataclass(slots=True)
class Holding:
    """One account's stand in one symbol: position, setting, and what its open orders reserve."""

    position: Position = field(default_factory=Position)
    setting: Setting = field(default_factory=Setting)
    buying: Decimal = ZERO  # notional of resting buys that are not reduce-only
    selling: Decimal = ZERO
    reducing: Decimal = ZERO  # quantity of resting reduce-only orders

    def margin(self, price: Decimal) -> Decimal:
        """Initial margin at `price` for the position and the worse side of the open orders."""
        return self.margin_with(price, position=ZERO, buying=ZERO, selling=ZERO)

    def margin_with(
        self, price: Decimal, *, position: Decimal, buying: Decimal, selling: Decimal
    ) -> Decimal:
        """The same, after `position` quantity and `buying`/`selling` notional were added."""
        held = (self.position.quantity + position) * price
        longest = abs(held + self.buying + buying)
        shortest = abs(held - self.selling - selling)
        return max(longest, shortest) / self.setting.leverage

    def position_margin(self, price: Decimal) -> Decimal:
        """Initial margin at `price` for the position alone."""
        return abs(self.position.quantity) * price / self.setting.leverage


class FuturesSettlement:
    """Every account's futures wallet and holdings, and what the house and the fees came to."""

    def __init__(self, listings: dict[str, Listing], price_of: Callable[[str], Decimal]) -> None:
        """No wallets yet; `price_of(symbol)` is the mark price."""
        self._listings = listings
        self._price_of = price_of
        self.balances: dict[str, Decimal] = {}
        self.holdings: defaultdict[tuple[str, str], Holding] = defaultdict(Holding)
        self.house = ZERO
        self.house_positions: defaultdict[str, Position] = defaultdict(Position)
        self.fees = ZERO

    def largest_quantity(self, ticket: Ticket, *, wanted: Decimal) -> Decimal:
        """A reduce-only order is cut to the position; Refused when others already reduce it."""
        if not ticket.reduce_only:
            return wanted
        holding = self.holdings[ticket.account, ticket.symbol]
        reducible = holding.position.reducible_by(ticket.side)
        if reducible == ZERO:
            raise Refused(Reason.NOTHING_TO_REDUCE)
        if holding.reducing and holding.reducing + wanted > reducible:
            raise Refused(Reason.REDUCTION_TAKEN)
        return min(wanted, reducible)

    def require(self, ticket: Ticket, *, at_once: Preview, resting: Decimal) -> None:
        """Refused when the order needs more margin than the account has available."""
        if ticket.reduce_only:
            return
        holding = self.holdings[ticket.account, ticket.symbol]
        price = self._price_of(ticket.symbol)
        rest = resting * ticket.limit_price if ticket.limit_price is not None else ZERO
        buys = ticket.side is Side.BUY
        margin = holding.margin_with(
            price,
            position=ticket.side.sign * at_once.quantity,
            buying=rest if buys else ZERO,
            selling=ZERO if buys else rest,
        )
        further = margin - holding.margin(price)
        fee = at_once.notional * self._listings[ticket.symbol].taker_fee
        if further > ZERO and further + fee > self.available(ticket.account):
            raise Refused(Reason.INSUFFICIENT_FUNDS)

    def reserve(self, order: Order) -> None:
        """Count the order's leaves among what the account has resting."""
        self._count(order, order.leaves_quantity)

    def release(self, order: Order, *, quantity: Decimal) -> None:
        """Count `quantity` of the order as no longer resting."""
        self._count(order, -quantity)

    def _count(self, order: Order, quantity: Decimal) -> None:
        ticket = order.ticket
        holding = self.holdings[ticket.account, ticket.symbol]
        if ticket.reduce_only:
            holding.reducing += quantity
        elif ticket.side is Side.BUY:
            holding.buying += quantity * order.resting_price
        else:
            holding.selling += quantity * order.resting_price

    def settle(self, deal: Deal, ticket: Ticket, *, fee_rate: Decimal) -> Settled:
        """Move the position; profit and fee go through the wallet."""
        holding = self.holdings[ticket.account, ticket.symbol]
        holding.position, profit = holding.position.after(
            ticket.side, price=deal.price, quantity=deal.quantity
        )
        fee = down_to_unit(deal.notional * fee_rate)
        self.balances[ticket.account] += profit - fee
        self.fees += fee
        quote = self._listings[ticket.symbol].quote
        return Settled(fee=fee, fee_asset=quote, realized_profit=profit)

    def settle_house(self, deal: Deal, side: Side) -> None:
        """Move the house's position."""
        position = self.house_positions[deal.symbol]
        self.house_positions[deal.symbol], profit = position.after(
            side, price=deal.price, quantity=deal.quantity
        )
        self.house += profit

    def reduces_too_much(self, ticket: Ticket) -> bool:
        """Whether resting reduce-only orders exceed the position."""
        holding = self.holdings[ticket.account, ticket.symbol]
        return holding.reducing > abs(holding.position.quantity)

    def unrealized_profit(self, account: str) -> Decimal:
        """Over all the account's positions, at mark prices."""
        held = self._held(account)
        return sum((stand.position.unrealized_profit(price) for stand, price in held), ZERO)

    def notional(self, account: str) -> Decimal:
        """Size of all the account's positions, at mark prices."""
        return sum(
            (abs(stand.position.quantity) * price for stand, price in self._held(account)), ZERO
        )

    def margin(self, account: str) -> Decimal:
        """Initial margin of all the account's positions and open orders, at mark prices."""
        return sum((stand.margin(price) for stand, price in self._held(account)), ZERO)

    def position_margin(self, account: str) -> Decimal:
        """Initial margin of all the account's positions, at mark prices."""
        return sum((stand.position_margin(price) for stand, price in self._held(account)), ZERO)

    def _held(self, account: str) -> list[tuple[Holding, Decimal]]:
        """The account's holdings with their mark prices."""
        return [
            (self.holdings[account, symbol], self._price_of(symbol)) for symbol in self._listings
        ]

    def available(self, account: str) -> Decimal:
        """What further margin can be taken from; never below zero."""
        equity = self.balances[account] + self.unrealized_profit(account)
        return max(equity - self.margin(account), ZERO)

    def set_leverage(self, account: str, symbol: str, leverage: int) -> None:
        """Refused outside the listing's range, or when the margin would not suffice."""
        if not 1 <= leverage <= self._listings[symbol].max_leverage:
            raise Refused(Reason.LEVERAGE_OUT_OF_RANGE, bound=str(leverage))
        holding = self.holdings[account, symbol]
        needed = holding.margin(self._price_of(symbol)) * holding.setting.leverage / leverage
        further = needed - holding.margin(self._price_of(symbol))
        if further > self.available(account):
            raise Refused(Reason.INSUFFICIENT_FUNDS)
        holding.setting = replace(holding.setting, leverage=leverage)

    def set_margin_type(self, account: str, symbol: str, margin_type: str) -> None:
        """Refused when it is set already."""
        holding = self.holdings[account, symbol]
        if holding.setting.margin_type == margin_type:
            raise Refused(Reason.MARGIN_TYPE_UNCHANGED)
        holding.setting = replace(holding.setting, margin_type=margin_type)
