"""Positions: the sum of a subscription's own fills, written in the transaction that books them,
and of what persons corrected.

Profit never contains fees: what a fill gives up of the base coin as its fee counts as sold at the
fill's price and paid as the fee, so that the profit less the fees (each at the price of its fill)
is what the money and the coins say. Fills count in the order in which they happened, fills of one
moment in the order in which they were booked. A correction takes its place among them: it changes
the quantity and nothing else.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import F

from strategies.models import Position, PositionCorrection
from tradeplatform.lib.bulk_update import bulk_update
from tradeplatform.lib.compiled_queries import AnyOf, CompiledQuery, Parameter
from tradeplatform.lib.decimals import ZERO, plain

# A position's subscription id and symbol.
Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class PositionChange:
    """One fill: signed base quantity, net of a fee taken in the base coin, its price and fee.

    `fee_currency` is empty where the venue does not tell the fee. A correction has no price.
    """

    subscription_id: int
    symbol: str
    quantity: Decimal
    price: Decimal | None
    fee_quantity: Decimal
    fee_currency: str
    filled_at: datetime

    @property
    def key(self) -> Key:
        """The position that it changes."""
        return self.subscription_id, self.symbol


@dataclass(frozen=True, slots=True)
class Standing:
    """A position's numbers: signed quantity, average entry price (None while flat), profit so far
    in the quote currency, without fees."""

    quantity: Decimal
    average_entry_price: Decimal | None
    realized_profit: Decimal = ZERO


History = Callable[[Collection[Key]], Iterable[PositionChange]]
_FLAT = Standing(ZERO, None)
_WRITTEN = [
    "quantity",
    "average_entry_price",
    "realized_profit",
    "fees",
    "last_filled_at",
    "updated_at",
]

_SOUGHT = (
    AnyOf(F("subscription_id"), Parameter("subscriptions")),
    AnyOf(F("symbol"), Parameter("symbols")),
)
_KNOWN = CompiledQuery(
    lambda: Position.objects.filter(*_SOUGHT).order_by().values_list("subscription_id", "symbol")
)
_LOCKED = CompiledQuery(
    lambda: (
        Position.objects.select_for_update().filter(*_SOUGHT).order_by("subscription_id", "symbol")
    )
)


def standing_after(standing: Standing, *, quantity: Decimal, price: Decimal | None) -> Standing:
    """The position after one more fill, or after a correction, which has no price.

    Adding to it averages the entry price. Reducing keeps it and realizes a profit on what is
    closed. Turning round closes all of it and starts anew. A correction realizes nothing.
    """
    entry = standing.average_entry_price
    following = standing.quantity + quantity
    if price is None:
        stays = standing.quantity * following > ZERO
        return Standing(following, entry if stays else None, standing.realized_profit)
    if entry is None:
        return Standing(following, price if following else None, standing.realized_profit)
    if standing.quantity * quantity > ZERO:
        cost = standing.quantity * entry + quantity * price
        return Standing(following, cost / following, standing.realized_profit)
    is_turned = standing.quantity * following < ZERO
    closed = standing.quantity if is_turned else -quantity
    profit = standing.realized_profit + closed * (price - entry)
    if following == ZERO:
        return Standing(ZERO, None, profit)
    return Standing(following, price if is_turned else entry, profit)


def unrealized_profit(standing: Standing, *, price: Decimal) -> Decimal:
    """What closing the position at this price would add to its profit, in the quote currency."""
    if standing.average_entry_price is None:
        return ZERO
    return standing.quantity * (price - standing.average_entry_price)


def fees_after(fees: Mapping[str, str], changes: Iterable[PositionChange]) -> dict[str, str]:
    """The fees paid so far, {currency: amount as text}, after more fills."""
    total = defaultdict(Decimal, {currency: Decimal(paid) for currency, paid in fees.items()})
    for change in changes:
        if change.fee_currency:
            total[change.fee_currency] += change.fee_quantity
    return {currency: plain(paid) for currency, paid in sorted(total.items())}


def book(changes: Sequence[PositionChange], *, history: History, now: datetime) -> None:
    """Add the changes to their positions; call inside a transaction that has stored their fills.

    `history` reads all fills of positions. It is asked when a fill comes late, which is one that
    happened before the newest booked one: the position is then computed anew from all its fills,
    because profit depends on their order. That costs a query and work in proportion to them.

    The rows are locked in one order (subscription, symbol), so that two bookings cannot deadlock.
    """
    grouped = _by_position(changes)
    if not grouped:
        return
    positions = _locked_positions(grouped.keys(), now)
    late = {_key(row) for row in positions if _comes_late(row, grouped[_key(row)])}
    retold = _by_position([*history(late), *_corrections(late)]) if late else {}
    for position in positions:
        key = _key(position)
        if key in retold:
            _empty(position)
        _add(position, retold.get(key, grouped[key]))
        position.updated_at = now
    bulk_update(positions, _WRITTEN)


def correct(
    position: Position, *, quantity: Decimal, reason: str, person: AbstractBaseUser, now: datetime
) -> PositionCorrection:
    """Take `quantity`, signed, from a position that the caller has locked, and record who said so.

    Raises ValueError for anything but a step towards zero.
    """
    if position.quantity * quantity >= ZERO or abs(quantity) > abs(position.quantity):
        raise ValueError(f"{quantity} does not bring a position of {position.quantity} to zero")
    correction = PositionCorrection.objects.create(
        position=position,
        quantity=quantity,
        reason=reason,
        person_id=person.pk,
        # Behind every booked fill, should the venue's clock be ahead of ours.
        corrected_at=max(now, position.last_filled_at or now),
    )
    _add(position, [_change_of(correction)])
    position.updated_at = now
    position.save(update_fields=_WRITTEN)
    return correction


def _corrections(keys: Collection[Key]) -> list[PositionChange]:
    rows = PositionCorrection.objects.filter(
        position__subscription__in={subscription_id for subscription_id, _ in keys},
        position__symbol__in={symbol for _, symbol in keys},
    )
    changes = map(_change_of, rows.select_related("position").order_by("id"))
    return [change for change in changes if change.key in keys]


def _change_of(correction: PositionCorrection) -> PositionChange:
    position = correction.position
    return PositionChange(
        subscription_id=position.subscription_id,
        symbol=position.symbol,
        quantity=correction.quantity,
        price=None,
        fee_quantity=ZERO,
        fee_currency="",
        filled_at=correction.corrected_at,
    )


def _by_position(changes: Iterable[PositionChange]) -> dict[Key, list[PositionChange]]:
    """The changes of each position as they happened."""
    grouped: dict[Key, list[PositionChange]] = defaultdict(list)
    for change in sorted(changes, key=lambda change: change.filled_at):
        grouped[change.key].append(change)
    return grouped


def _key(position: Position) -> Key:
    return position.subscription_id, position.symbol


def _comes_late(position: Position, changes: Sequence[PositionChange]) -> bool:
    return position.last_filled_at is not None and changes[0].filled_at < position.last_filled_at


def _locked_positions(keys: Collection[Key], now: datetime) -> list[Position]:
    """The rows, made where there is none yet; nothing is locked before they are, nor out of order.

    They are looked for first: nearly always all are there, and an insert that finds them there
    costs several times as much.
    """
    sought = {
        "subscriptions": list({subscription_id for subscription_id, _ in keys}),
        "symbols": list({symbol for _, symbol in keys}),
    }
    if missing := sorted(set(keys) - set(_KNOWN.all(**sought))):
        Position.objects.bulk_create(
            [
                Position(subscription_id=subscription_id, symbol=symbol, updated_at=now)
                for subscription_id, symbol in missing
            ],
            ignore_conflicts=True,  # another booking may have made them meanwhile
        )
    return [row for row in _LOCKED.all(**sought) if _key(row) in keys]


def _empty(position: Position) -> None:
    _stand(position, _FLAT)
    position.fees = {}


def _add(position: Position, changes: Sequence[PositionChange]) -> None:
    standing = standing_of(position)
    for change in changes:
        standing = standing_after(standing, quantity=change.quantity, price=change.price)
    _stand(position, standing)
    position.fees = fees_after(position.fees, changes)
    position.last_filled_at = changes[-1].filled_at


def standing_of(position: Position) -> Standing:
    """The numbers that a position's row holds."""
    return Standing(position.quantity, position.average_entry_price, position.realized_profit)


def _stand(position: Position, standing: Standing) -> None:
    position.quantity = standing.quantity
    position.average_entry_price = standing.average_entry_price
    position.realized_profit = standing.realized_profit
