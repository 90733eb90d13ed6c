"""Whether every order that was asked for was placed once."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from orders.models import Order
from tradeplatform.bench.arrivals import Arrivals
from tradeplatform.bench.figures import Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What went wrong, each by itself: one must not make up for another."""

    miswritten: int  # in the database, too many or too few
    lost: int
    doubled: int

    def __add__(self, other: Self) -> "Tally":
        return Tally(
            miswritten=self.miswritten + other.miswritten,
            lost=self.lost + other.lost,
            doubled=self.doubled + other.doubled,
        )

    def figures(self) -> list[Figure]:
        """All are to be 0."""
        found = {
            "  written too many or too few": self.miswritten,
            "  lost": self.lost,
            "  sent twice": self.doubled,
        }
        return [
            Figure(name=name, value=number, unit="orders", at_most=0)
            for name, number in found.items()
        ]


NOTHING_WRONG = Tally(miswritten=0, lost=0, doubled=0)


def tally(*, asked: int, intended: Iterable[str], placed: Iterable[str]) -> Tally:
    """Of so many orders that were asked for; the others by client order id, one of each row in the
    database and of each order at the exchange."""
    rows, orders = Counter(intended), Counter(placed)
    return Tally(
        miswritten=abs(rows.total() - asked),
        lost=(rows - orders).total(),
        doubled=(orders - rows).total(),
    )


def tally_since(moment: datetime, arrivals: Arrivals, *, asked: int) -> Tally:
    """Of all orders written since then; the stub exchange has forgotten those before."""
    written = Order.objects.filter(created_at__gte=moment)
    return tally(
        asked=asked,
        intended=written.values_list("client_order_id", flat=True),
        placed=arrivals.placed(),
    )
