"""A futures position and what a fill makes of it, exactly: nothing is lost to rounding."""

from dataclasses import dataclass
from decimal import Decimal

from accounts.sandbox.engine.decimals import ZERO, down_to_unit
from accounts.sandbox.engine.orders import Side


@dataclass(frozen=True, slots=True)
class Position:
    """One-way position: `quantity` above zero is long, below is short; `cost` has its sign."""

    quantity: Decimal = ZERO
    cost: Decimal = ZERO  # what the quantity was entered for, in the quote currency

    @property
    def entry_price(self) -> Decimal:
        """Cost per quantity, 0 when flat."""
        return self.cost / self.quantity if self.quantity else ZERO

    def unrealized_profit(self, price: Decimal) -> Decimal:
        """What closing at `price` would earn before fees."""
        return self.quantity * price - self.cost

    def reducible_by(self, side: Side) -> Decimal:
        """How much an order of `side` can reduce."""
        return max(-side.sign * self.quantity, ZERO)

    def after(self, side: Side, *, price: Decimal, quantity: Decimal) -> tuple["Position", Decimal]:
        """The position after a fill, and the profit the fill realised.

        Equity at any price is kept: profit plus the change of (quantity x price - cost) is zero
        at the fill's price.
        """
        closing = min(quantity, self.reducible_by(side))
        opening = quantity - closing
        closed_cost = self._cost_of(closing)
        profit = -side.sign * closing * price - closed_cost
        return (
            Position(
                quantity=self.quantity + side.sign * quantity,
                cost=self.cost - closed_cost + side.sign * opening * price,
            ),
            profit,
        )

    def _cost_of(self, closing: Decimal) -> Decimal:
        if closing == abs(self.quantity):
            return self.cost
        return down_to_unit(self.cost * closing / abs(self.quantity))
