"""Positions: the sum of a subscription's own fills, written in the transaction that books them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from strategies.models import Position
from tradeplatform.lib.decimals import ZERO


@dataclass(frozen=True, slots=True)
class PositionChange:
    """One fill: signed base quantity, net of a fee taken in the base coin, and its price."""

    subscription_id: int
    symbol: str
    quantity: Decimal
    price: Decimal


@dataclass(frozen=True, slots=True)
class Standing:
    """A position's numbers: signed quantity, average entry price (None while flat)."""

    quantity: Decimal
    average_entry_price: Decimal | None


def standing_after(standing: Standing, *, quantity: Decimal, price: Decimal) -> Standing:
    """The position after one more fill.

    Adding to it averages the entry price, reducing keeps it, turning it round starts anew.
    """
    following = standing.quantity + quantity
    if following == ZERO:
        return Standing(ZERO, None)
    if standing.average_entry_price is None or standing.quantity * following < ZERO:
        return Standing(following, price)
    if abs(following) < abs(standing.quantity):
        return Standing(following, standing.average_entry_price)
    cost = standing.quantity * standing.average_entry_price + quantity * price
    return Standing(following, cost / following)


def book(changes: Sequence[PositionChange], *, now: datetime) -> None:
    """Add the changes to their positions, in the order given; call inside a transaction.

    The rows are locked in one order (subscription, symbol), so that two bookings cannot deadlock.
    """
    grouped: dict[tuple[int, str], list[PositionChange]] = defaultdict(list)
    for change in changes:
        grouped[change.subscription_id, change.symbol].append(change)
    if not grouped:
        return
    positions = _locked_positions(sorted(grouped), now)
    for position in positions:
        _add(position, grouped[position.subscription_id, position.symbol])
        position.updated_at = now
    Position.objects.bulk_update(positions, ["quantity", "average_entry_price", "updated_at"])


def _locked_positions(keys: Sequence[tuple[int, str]], now: datetime) -> list[Position]:
    Position.objects.bulk_create(
        [
            Position(subscription_id=subscription_id, symbol=symbol, updated_at=now)
            for subscription_id, symbol in keys
        ],
        ignore_conflicts=True,
    )
    wanted = set(keys)
    rows = (
        Position.objects.select_for_update()
        .filter(
            subscription_id__in={subscription_id for subscription_id, _ in keys},
            symbol__in={symbol for _, symbol in keys},
        )
        .order_by("subscription_id", "symbol")
    )
    return [row for row in rows if (row.subscription_id, row.symbol) in wanted]


def _add(position: Position, changes: Sequence[PositionChange]) -> None:
    standing = Standing(position.quantity, position.average_entry_price)
    for change in changes:
        standing = standing_after(standing, quantity=change.quantity, price=change.price)
    position.quantity = standing.quantity
    position.average_entry_price = standing.average_entry_price
