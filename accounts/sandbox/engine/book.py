"""The resting orders of one symbol: best price first, then oldest first."""

from bisect import insort
from collections.abc import Iterator
from decimal import Decimal

from accounts.sandbox.engine.orders import Order, Side


class BookSide:
    """One side of a book: price levels, each a queue in order of arrival."""

    def __init__(self, side: Side) -> None:
        """An empty side."""
        self._worst_first_sign = side.sign  # bids rise towards the best, asks fall
        self._queues: dict[Decimal, dict[int, Order]] = {}
        self._prices: list[Decimal] = []  # worst first, so that the best is popped in O(1)

    def add(self, order: Order) -> None:
        """Put `order` behind all others at its limit price."""
        price = order.resting_price
        queue = self._queues.get(price)
        if queue is None:
            queue = self._queues[price] = {}
            insort(self._prices, price, key=lambda known: known * self._worst_first_sign)
        queue[order.order_id] = order

    def remove(self, order: Order) -> None:
        """Take `order` out; KeyError when it does not rest here."""
        price = order.resting_price
        queue = self._queues[price]
        del queue[order.order_id]
        if not queue:
            del self._queues[price]
            self._prices.remove(price)

    def __iter__(self) -> Iterator[Order]:
        """Best price first, then oldest first; the book must not change meanwhile."""
        for price in reversed(self._prices):
            yield from self._queues[price].values()


class Book:
    """Both sides of one symbol's resting orders."""

    def __init__(self) -> None:
        """An empty book."""
        self._sides = {side: BookSide(side) for side in Side}

    def side(self, side: Side) -> BookSide:
        """The resting orders that buy, or those that sell."""
        return self._sides[side]

    def add(self, order: Order) -> None:
        """Rest `order` at its limit price."""
        self._sides[order.ticket.side].add(order)

    def remove(self, order: Order) -> None:
        """Take `order` out."""
        self._sides[order.ticket.side].remove(order)
