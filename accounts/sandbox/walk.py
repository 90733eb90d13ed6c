"""The random walk of the prices: the same seed gives the same steps."""

from decimal import Decimal
from random import Random

from accounts.sandbox.engine.listings import Listing

_BAND = Decimal("0.02")  # beyond this distance from its opening price a price turns back
_SMALLEST_STEP = Decimal("0.00001")
_LARGEST_STEPS = 20


class Walk:
    """Draws the next price of a symbol; nothing depends on it but what the market does."""

    def __init__(self, *, seed: int) -> None:
        """Start over with `seed`."""
        self._random = Random(seed)  # noqa: S311  (a market, not a secret)

    def next_price(self, listing: Listing, price: Decimal) -> Decimal:
        """Up to 0.02 % away from `price`, and back towards the opening price when far from it."""
        steps = self._random.randint(-_LARGEST_STEPS, _LARGEST_STEPS)
        drift = price / listing.opening_price - 1
        if abs(drift) > _BAND:
            steps = -abs(steps) if drift > 0 else abs(steps)
        moved = price + steps * max(price * _SMALLEST_STEP, listing.price_tick / 10)
        return moved.quantize(listing.price_tick)
