"""The house market maker: a ladder of quotes around one symbol's price.

The ladder is a pure function of listing and price, and is renewed whole at every price move, so
what the house offers after a restart is what it offered before. It stands behind customers'
orders at the same price.
"""

from dataclasses import dataclass
from decimal import Decimal

from accounts.sandbox.engine.decimals import ZERO, down_to_step
from accounts.sandbox.engine.listings import Listing
from accounts.sandbox.engine.orders import Side

_LEVELS = 20
_GAP = Decimal("0.0001")  # between two levels, as a part of the price
_FIRST_NOTIONAL = Decimal(250_000)  # each further level holds half as much more
_FURTHER_NOTIONAL = Decimal(125_000)


@dataclass(slots=True)
class Quote:
    """What the house still buys or sells at one price."""

    price: Decimal
    quantity: Decimal


class House:
    """The house's quotes in one symbol, best first on each side."""

    def __init__(self, listing: Listing, price: Decimal) -> None:
        """Quote around `price`."""
        self._listing = listing
        self.price = price
        self._quotes: dict[Side, list[Quote]] = {}
        self.requote(price)

    def requote(self, price: Decimal) -> None:
        """Quote in full depth around `price`, which is rounded down to the tick."""
        tick = self._listing.price_tick
        self.price = max(down_to_step(price, tick), tick)
        gap = max(down_to_step(self.price * _GAP, tick), tick)
        self._quotes = {side: self._ladder(side, gap) for side in Side}

    def _ladder(self, side: Side, gap: Decimal) -> list[Quote]:
        ladder = []
        for level in range(_LEVELS):
            price = self.price - side.sign * (self._listing.price_tick + level * gap)
            if price > ZERO:
                notional = _FIRST_NOTIONAL + level * _FURTHER_NOTIONAL
                quantity = down_to_step(notional / price, self._listing.quantity_step)
                ladder.append(Quote(price, quantity))
        return ladder

    def quotes(self, side: Side) -> list[Quote]:
        """What the house buys (BUY) or sells (SELL) now, best first, empty levels left out."""
        return [quote for quote in self._quotes[side] if quote.quantity]

    def take(self, side: Side, *, price: Decimal, quantity: Decimal) -> None:
        """Use up `quantity` of the house's quote at `price`."""
        quote = next(quote for quote in self._quotes[side] if quote.price == price)
        quote.quantity -= quantity
