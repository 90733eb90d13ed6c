"""A person's word: what a strategy's books still hold was closed at the exchange without it.

By hand, by liquidation or by auto-deleveraging. The correction is a row of its own beside the
fills; it only ever brings a position towards zero, and never by more than the account's difference.

Locks: the subscription, so that no close is sized meanwhile, the position, the remainder.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Q

from accounts.exchange.types import MarketType
from orders.models import UNRESOLVED, Order, Remainder
from orders.remainders.books import key_of, read_books
from orders.transitions import OPEN
from strategies import positions
from strategies.models import Position, PositionCorrection, Subscription
from tradeplatform.lib.decimals import ZERO, plain


class NotCorrected(Exception):
    """Nothing was changed; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person decided, looking at a remainder whose `unexplained` was this.

    `quantity` is without a sign; None means all that the difference explains of the position.
    """

    remainder_id: int
    position_id: int
    unexplained: Decimal
    quantity: Decimal | None
    reason: str


def reduction(held: Decimal, unexplained: Decimal) -> Decimal:
    """The part of a difference that a position explains: towards zero and not beyond, or zero."""
    if held * unexplained >= ZERO:
        return ZERO
    return unexplained if abs(unexplained) < abs(held) else -held


def candidates(remainder: Remainder) -> list[Position]:
    """The positions that may be what is gone, or was bought back, at the exchange."""
    rows = Position.objects.filter(
        subscription__account=remainder.account_id,
        subscription__strategy__market_type=remainder.market_type,
    ).select_related("subscription__strategy", "subscription__account")
    return [
        row
        for row in rows
        if key_of(row.symbol, MarketType(remainder.market_type)) == remainder.key
        and reduction(row.quantity, remainder.unexplained)
    ]


def correct_position(wish: Wish, *, person: AbstractBaseUser, now: datetime) -> PositionCorrection:
    """Correct the position, and the remainder with it. Raises NotCorrected.

    Sent twice it is done once: the difference is another one then.
    """
    with transaction.atomic():
        position, remainder = _locked(wish)
        if remainder.unexplained != wish.unexplained:
            raise NotCorrected("The difference has changed meanwhile; look at it again.")
        _check_quiet(position, remainder)
        quantity = _quantity(wish, position, remainder)
        correction = positions.correct(
            position, quantity=quantity, reason=wish.reason, person=person, now=now
        )
        _settle(remainder, quantity)
        _log(remainder, correction)
    return correction


def _locked(wish: Wish) -> tuple[Position, Remainder]:
    """The rows, in the order that everybody keeps; the remainder comes last."""
    remainder = Remainder.objects.get(pk=wish.remainder_id)
    chosen = next((row for row in candidates(remainder) if row.pk == wish.position_id), None)
    if chosen is None:
        raise NotCorrected("This position does not explain the difference any more.")
    Subscription.objects.select_for_update(no_key=True).get(pk=chosen.subscription_id)
    position = Position.objects.select_for_update().get(pk=chosen.pk)
    return position, Remainder.objects.select_for_update().get(pk=remainder.pk)


def _check_quiet(position: Position, remainder: Remainder) -> None:
    """No fill of our own may explain the difference: on its way, or booked since it was found."""
    own = Order.objects.filter(
        Q(status__in=sorted(OPEN)) | UNRESOLVED,
        subscription=position.subscription_id,
        symbol=position.symbol,
    )
    if own.exists():
        raise NotCorrected(
            "This strategy has open orders in it, which may be what was filled. Cancel them and "
            "wait until they have ended."
        )
    where = (remainder.account_id, MarketType(remainder.market_type))
    book = read_books(where).get(remainder.key)
    if book is None:  # it is not compared any more
        return
    if book.is_in_flight:
        raise NotCorrected("An order is on its way here; try again in a moment.")
    if book.of_strategies != remainder.of_strategies:
        raise NotCorrected(
            "Fills were booked since the last check. Wait for the next one; it comes every minute."
        )


def _quantity(wish: Wish, position: Position, remainder: Remainder) -> Decimal:
    most = reduction(position.quantity, remainder.unexplained)
    if not most:
        raise NotCorrected("This position does not explain the difference any more.")
    if wish.quantity is None:
        return most
    if not ZERO < wish.quantity <= abs(most):
        raise NotCorrected(f"The quantity has to be above 0 and at most {plain(abs(most))}.")
    return wish.quantity.copy_sign(most)


def _settle(remainder: Remainder, quantity: Decimal) -> None:
    """The books hold less now; the difference shrinks, or what was adopted of it does."""
    remainder.of_strategies += quantity
    if remainder.drifted_at is None:
        remainder.accepted -= quantity
    elif remainder.found == remainder.accepted:
        remainder.differs_since = None
        remainder.drifted_at = None
    remainder.save()


def _log(remainder: Remainder, correction: PositionCorrection) -> None:
    LogEntry.objects.log_actions(
        user_id=correction.person_id,
        queryset=[remainder],
        action_flag=CHANGE,
        change_message=f"Corrected {correction.position} by {plain(correction.quantity)}: "
        f"{correction.reason}",
    )
