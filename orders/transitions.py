"""The order states and the one table of moves between them. Pure.

DENIED: we refused, nothing was sent. REJECTED: the venue refused. An unknown outcome is no state:
the order stays SUBMITTED until somebody finds out.
"""

from decimal import Decimal
from enum import StrEnum

from accounts.exchange.types import ReportStatus


class OrderStatus(StrEnum):
    """Where an order stands."""

    INITIALIZED = "INITIALIZED"
    DENIED = "DENIED"
    SUBMITTED = "SUBMITTED"
    ACCEPTED = "ACCEPTED"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    PENDING_CANCEL = "PENDING_CANCEL"
    FILLED = "FILLED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    REJECTED = "REJECTED"


_S = OrderStatus

TRANSITIONS: dict[OrderStatus, frozenset[OrderStatus]] = {
    _S.INITIALIZED: frozenset({_S.DENIED, _S.SUBMITTED}),
    # DENIED only when the send is proven never to have left this process.
    _S.SUBMITTED: frozenset(
        {
            _S.DENIED,
            _S.ACCEPTED,
            _S.PARTIALLY_FILLED,
            _S.PENDING_CANCEL,
            _S.FILLED,
            _S.CANCELED,
            _S.EXPIRED,
            _S.REJECTED,
        }
    ),
    # REJECTED: a stop whose trigger failed (Bitget fail_trigger), or told after the acceptance.
    _S.ACCEPTED: frozenset(
        {
            _S.PARTIALLY_FILLED,
            _S.PENDING_CANCEL,
            _S.FILLED,
            _S.CANCELED,
            _S.EXPIRED,
            _S.REJECTED,
        }
    ),
    _S.PARTIALLY_FILLED: frozenset({_S.PENDING_CANCEL, _S.FILLED, _S.CANCELED, _S.EXPIRED}),
    # DENIED and REJECTED: the cancel was asked for while the send was still under way.
    _S.PENDING_CANCEL: frozenset({_S.DENIED, _S.REJECTED, _S.FILLED, _S.CANCELED, _S.EXPIRED}),
    # A late fill may complete an order that was believed to have ended before.
    _S.CANCELED: frozenset({_S.FILLED}),
    _S.EXPIRED: frozenset({_S.FILLED}),
    _S.DENIED: frozenset(),
    _S.REJECTED: frozenset(),
    _S.FILLED: frozenset(),
}

CLOSED = frozenset({_S.DENIED, _S.REJECTED, _S.FILLED, _S.CANCELED, _S.EXPIRED})
OPEN = frozenset(_S) - CLOSED
# In these an order may be without the venue's answer.
UNANSWERED = frozenset({_S.SUBMITTED, _S.PENDING_CANCEL})


def is_allowed(current: OrderStatus, following: OrderStatus) -> bool:
    """Whether the table has this move; staying where one is is always allowed."""
    return current == following or following in TRANSITIONS[current]


def status_after_report(
    *,
    current: OrderStatus,
    quantity: Decimal,
    filled_quantity: Decimal,
    venue_filled_quantity: Decimal,
    reported: ReportStatus,
) -> OrderStatus:
    """The status that a venue's report leads to, given the fills booked so far.

    Fills decide, not the venue's word: complete fills mean FILLED whatever it says, and "closed"
    with less than the quantity filled at the venue means canceled. Reports may come twice or in
    any order; a closed order never reopens.
    """
    following = _by_fills_and_word(
        current=current,
        is_complete=filled_quantity >= quantity,
        is_complete_at_venue=venue_filled_quantity >= quantity,
        has_fills=filled_quantity > 0 or venue_filled_quantity > 0,
        reported=reported,
    )
    return following if is_allowed(current, following) else current


def _by_fills_and_word(
    *,
    current: OrderStatus,
    is_complete: bool,
    is_complete_at_venue: bool,
    has_fills: bool,
    reported: ReportStatus,
) -> OrderStatus:
    if is_complete:
        return _S.FILLED
    if is_complete_at_venue:  # the last fills are still to be read; until then it is not FILLED
        return _still_open(current, has_fills=has_fills)
    if reported is ReportStatus.EXPIRED:
        return _S.EXPIRED
    if reported in (ReportStatus.CANCELED, ReportStatus.CLOSED):
        return _S.CANCELED
    if reported is ReportStatus.REJECTED:  # some venues say so of an order they had accepted
        was_accepted = has_fills or not is_allowed(current, _S.REJECTED)
        return _S.CANCELED if was_accepted else _S.REJECTED
    return _still_open(current, has_fills=has_fills)


def _still_open(current: OrderStatus, *, has_fills: bool) -> OrderStatus:
    if current is _S.PENDING_CANCEL:
        return current
    return _S.PARTIALLY_FILLED if has_fills else _S.ACCEPTED
