"""Single steps of an order: each changes the row in memory and gives the event that says so.

Whoever takes a step holds the row's lock (or has just made the row), writes it and stores the
event. What venues report becomes steps in orders.lifecycle.
"""

from datetime import datetime
from decimal import Decimal

from orders.complaints import Complaint
from orders.models import Order, OrderEvent
from orders.transitions import CLOSED, OrderStatus
from strategies.sizing import Denied
from tradeplatform.lib.decimals import ZERO, plain

LONGEST_REASON = 300


def refuse(
    order: Order, *, status: OrderStatus, code: str, message: str, now: datetime
) -> OrderEvent:
    """DENIED by us or REJECTED by the venue, with a stable code and a sentence."""
    order.error_code = code
    order.error_message = message[:LONGEST_REASON]
    order.outcome_unknown_since = None
    if status is OrderStatus.REJECTED:
        order.answered_at = order.answered_at or now
    return move(order, status=status, reason=f"{code}: {message}", now=now)


def move(order: Order, *, status: OrderStatus, reason: str, now: datetime) -> OrderEvent:
    """To another status."""
    event = _event(order, status, reason, now)
    order.status = status.value
    if status in CLOSED:
        order.closed_at = order.closed_at or now
    return event


def _event(order: Order, status: str, reason: str, now: datetime) -> OrderEvent:
    return OrderEvent(
        order=order,
        at=now,
        from_status=order.status,
        to_status=status,
        reason=reason[:LONGEST_REASON],
    )


def deny(order: Order, *, code: str, message: str, now: datetime) -> OrderEvent:
    """Refuse an order that was not sent."""
    return refuse(order, status=OrderStatus.DENIED, code=code, message=message, now=now)


def submit(order: Order, *, now: datetime) -> OrderEvent:
    """Write-ahead: the order will be sent once this commits."""
    order.submitted_at = now
    reason = sized_reason(
        order.side, order.quantity or ZERO, order.symbol, order.limit_price or order.trigger_price
    )
    return move(order, status=OrderStatus.SUBMITTED, reason=reason, now=now)


def sized_reason(side: str, quantity: Decimal, symbol: str, price: Decimal | None) -> str:
    """What is about to be sent, in words."""
    at = f" at {plain(price)}" if price else ""
    return f"{side.lower()} {plain(quantity)} {symbol}{at}"


def ask_cancel(order: Order, *, reason: str, now: datetime) -> OrderEvent:
    """PENDING_CANCEL for an order that may be at the venue, DENIED for one never sent."""
    if order.status == OrderStatus.INITIALIZED:
        return deny(order, code="CANCELED_BEFORE_SENDING", message=reason, now=now)
    return move(order, status=OrderStatus.PENDING_CANCEL, reason=reason, now=now)


def note(order: Order, *, reason: str, now: datetime) -> OrderEvent:
    """Something about the order that changes nothing of it."""
    return _event(order, order.status, reason, now)


def call_person(order: Order, *, reason: str, now: datetime) -> OrderEvent:
    """Have a person look at the order."""
    order.needs_attention = True
    return _event(order, order.status, Complaint.NEEDS_ATTENTION.about(reason), now)


def look_at(order: Order, *, person: str, now: datetime) -> OrderEvent:
    """A person has looked at what was flagged."""
    order.needs_attention = False
    return _event(order, order.status, f"looked at by {person}", now)


def write_off(order: Order, *, person: str, now: datetime) -> OrderEvent:
    """A person says that it has ended and that nothing more of it is filled."""
    lost = order.venue_filled_quantity - order.filled_quantity
    unread = f"; {plain(lost)} more was told as filled than could be read" if lost > 0 else ""
    order.venue_filled_quantity = order.filled_quantity
    order.missed_look_ups, order.looked_up_at = 0, None
    order.needs_attention = False
    order.outcome_unknown_since = None
    status = OrderStatus(order.status) if order.status in CLOSED else OrderStatus.CANCELED
    return move(order, status=status, reason=f"written off by {person}{unread}", now=now)


def break_off(order: Order, interrupted: Denied, *, now: datetime) -> OrderEvent:
    """Nobody works on it any more: deny it if never submitted, else its outcome is unknown."""
    if order.status == OrderStatus.INITIALIZED:
        return deny(order, code=interrupted.code, message=interrupted.message, now=now)
    order.outcome_unknown_since = now
    reason = Complaint.OUTCOME_UNKNOWN.about("no answer was recorded")
    return _event(order, order.status, reason, now)
