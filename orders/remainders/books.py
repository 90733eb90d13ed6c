"""What our books hold of each account's coins and contracts, and what in them is still moving.

A key is a coin on spot, over all its quote currencies, and a symbol elsewhere.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from typing import Any

from django.db.models import Q, QuerySet

from accounts.exchange.types import Login, MarketType
from accounts.models import Account
from accounts.shards import shard_of
from orders.models import UNRESOLVED, Order, Remainder
from orders.planning import login_in
from orders.transitions import OPEN, OrderStatus
from strategies.models import Position
from tradeplatform.lib.decimals import ZERO

# An account's id and the type of market.
Where = tuple[int, MarketType]

_OPEN = Q(status__in=sorted(OPEN))
_RESTING = [OrderStatus.ACCEPTED, OrderStatus.PARTIALLY_FILLED]
_FILLED = ("filled_quantity", "venue_filled_quantity")
# A position that has gone since the last check is checked once more: its close may have filled
# otherwise than we know.
_LEFT_OPEN = Q(differs_since__isnull=False) | ~Q(of_strategies=0)


@dataclass(slots=True)
class Book:
    """One key of one account: the strategies' positions in these symbols, and what is going on."""

    symbols: set[str] = field(default_factory=set)
    of_strategies: Decimal = ZERO
    is_held: bool = False
    has_open_orders: bool = False
    # An order without an answer, or with fills that are not booked yet.
    is_in_flight: bool = False


def due_logins(shard: int) -> dict[Where, Login]:
    """How to reach the shard's active accounts that have something to compare."""
    return {where: login for where, login in all_logins().items() if shard_of(where[0]) == shard}


def all_logins() -> dict[Where, Login]:
    """How to reach the active accounts, of every shard, that have something to compare."""
    held = Position.objects.exclude(quantity=0)
    left_open = Remainder.objects.filter(_LEFT_OPEN)
    pairs = chain(
        _pairs(Order.objects.filter(_OPEN), "account", "subscription__strategy__market_type"),
        _pairs(held, "subscription__account", "subscription__strategy__market_type"),
        _pairs(left_open, "account", "market_type"),
    )
    due = {(pk, MarketType(word)) for pk, word in pairs}
    active = Account.objects.filter(is_active=True).in_bulk({account_id for account_id, _ in due})
    return {where: login_in(active[where[0]], where[1]) for where in due if where[0] in active}


def _pairs(rows: QuerySet[Any], account: str, market_type: str) -> Iterable[tuple[int, str]]:
    return rows.order_by().values_list(account, market_type).distinct()


def read_books(where: Where) -> Mapping[str, Book]:
    """What of the account in this type of market is held, ordered, or was so at the last check.

    A coin that is also paid with, as a quote currency or for fees, is left out: it comes and goes
    without a position.
    """
    account_id, market_type = where
    books: defaultdict[str, Book] = defaultdict(Book)
    money = _add_positions(books, account_id, market_type)
    _add_orders(books, account_id, market_type)
    left_open = set(
        Remainder.objects.filter(
            _LEFT_OPEN, account=account_id, market_type=market_type
        ).values_list("key", flat=True)
    )
    return {
        key: book
        for key, book in books.items()
        if key not in money and (book.is_held or book.has_open_orders or key in left_open)
    }


def _add_positions(
    books: defaultdict[str, Book], account_id: int, market_type: MarketType
) -> set[str]:
    """Add the positions, flat ones too; returns the currencies that were paid with."""
    money: set[str] = set()
    rows = Position.objects.filter(
        subscription__account=account_id, subscription__strategy__market_type=market_type
    )
    for symbol, quantity, fees in rows.values_list("symbol", "quantity", "fees"):
        key = key_of(symbol, market_type)
        book = books[key]
        book.symbols.add(symbol)
        book.of_strategies += quantity
        book.is_held |= bool(quantity)
        money |= {symbol.partition("/")[2], *fees} - {key}
    return money


def _add_orders(books: defaultdict[str, Book], account_id: int, market_type: MarketType) -> None:
    """Add the orders that are open, or whose outcome or fills are to be looked up."""
    rows = Order.objects.filter(
        _OPEN | UNRESOLVED, account=account_id, subscription__strategy__market_type=market_type
    )
    for order in rows.only("symbol", "status", "outcome_unknown_since", *_FILLED):
        book = books[key_of(order.symbol, market_type)]
        book.symbols.add(order.symbol)
        book.has_open_orders = True
        book.is_in_flight |= _is_in_flight(order)


def _is_in_flight(order: Order) -> bool:
    if order.outcome_unknown_since is not None or order.status not in _RESTING:
        return True
    return order.venue_filled_quantity > order.filled_quantity


def key_of(symbol: str, market_type: MarketType) -> str:
    """What a symbol's remainder goes by."""
    return symbol.partition("/")[0] if market_type is MarketType.SPOT else symbol
