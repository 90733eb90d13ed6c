"""Where the market goes: a walk drawn from the seed, a step every second. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import Random

# With the decimals in which prices are asked for: the coarser of spot's and futures' ticks.
OPENING: Mapping[str, Decimal] = {
    "BTC": Decimal("97500.0"),
    "ETH": Decimal("3400.00"),
    "SOL": Decimal("185.00"),
}
_STEPS = (-60, -25, -10, -3, 0, 3, 10, 25, 60)  # hundredths of a percent
# A walk that strays further is drawn back, so that limits stay within the exchange's bands.
_FARTHEST = Decimal("0.04")


@dataclass(frozen=True, slots=True)
class Walk:
    """The price of every coin at every whole second."""

    prices: Mapping[str, tuple[Decimal, ...]]

    def at(self, coin: str, seconds: float) -> Decimal:
        """The price then; the last one afterwards."""
        path = self.prices[coin]
        return path[min(int(seconds), len(path) - 1)]


def draw_walk(*, seed: int, seconds: float) -> Walk:
    """Each coin's own walk from its opening price."""
    return Walk({coin: _path(coin, seed, int(seconds) + 1) for coin in OPENING})


def _path(coin: str, seed: int, length: int) -> tuple[Decimal, ...]:
    random = Random(f"{seed} price of {coin}")  # noqa: S311 - a plan that can be repeated
    path = [OPENING[coin]]
    for _ in range(length - 1):
        path.append(_next(path[-1], OPENING[coin], random))
    return tuple(path)


def _next(price: Decimal, opening: Decimal, random: Random) -> Decimal:
    away = price / opening - 1
    if abs(away) > _FARTHEST:
        return ((price + opening) / 2).quantize(opening)
    return (price * (1 + Decimal(random.choice(_STEPS)) / 10_000)).quantize(opening)
