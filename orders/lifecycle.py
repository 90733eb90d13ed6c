"""The single writer of what becomes of an order.

INV-1  No intent produces more quantity at the exchange than it asked for.
INV-2  Every exchange order bearing our client order id is in our database.
INV-3  Fills are unique per account, symbol, trade and side and never removed; an order's filled
       quantity is the sum of its fills, a strategy's position the sum of its own fills, net of
       fees taken in the base coin, and of the corrections that persons recorded.
INV-4  The strategies' positions plus the manual remainder equal what the account holds.
INV-5  A report applied twice, or reports in any order, end in the same state; a closed order
       never reopens.

Rows are locked in one order everywhere: subscriptions, orders, positions, each by ascending key.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import chain

from django.db import transaction
from django.db.models import F

from accounts.exchange.types import NotSent, OrderReport, OutcomeUnknown, Rejected
from orders import absence
from orders.bookkeeping import book_fills
from orders.chains import unfilled
from orders.complaints import Complaint, last_cancel_failures
from orders.expiry.nudging import nudge_replacing_after_commit
from orders.hooks.nudging import nudge_hooks_after_commit
from orders.models import Order, OrderEvent
from orders.order_store import write_orders
from orders.outcomes import (
    Answered,
    CancelFailed,
    NotFound,
    Outcome,
    SendFailed,
    StillListed,
    Unbookable,
)
from orders.report_reading import contradiction, report_reason, status_after
from orders.steps import call_person, move, note, refuse
from orders.transitions import CLOSED, UNANSWERED, OrderStatus
from tradeplatform.lib.bulk_insert import insert_all
from tradeplatform.lib.compiled_queries import AnyOf, CompiledQuery, Parameter
from tradeplatform.lib.decimals import plain

_LOCKED = CompiledQuery(
    lambda: (
        Order.objects.select_for_update(no_key=True)
        .filter(AnyOf(F("id"), Parameter("orders")))
        .order_by("id")
    )
)


def apply_outcomes(outcomes: Sequence[Outcome], *, now: datetime) -> None:
    """Write what is known now about a set of orders: fills, totals, positions, states, events.

    One transaction and a fixed number of statements whatever the number of orders. Outcomes of
    the same order apply in the order given.
    """
    with transaction.atomic():
        orders = _locked(outcome.order_id for outcome in outcomes)
        ended = {pk: row.filled_quantity for pk, row in orders.items() if row.status in CLOSED}
        outcomes = _without_repetitions(outcomes)
        answered = [outcome for outcome in outcomes if isinstance(outcome, Answered)]
        book_fills([(orders[answer.order_id], answer.report) for answer in answered], now=now)
        steps = [_apply(orders[outcome.order_id], outcome, now) for outcome in outcomes]
        told = {event.order_id for event in chain.from_iterable(steps)}
        for pk, filled in ended.items():
            steps.append(_note_late_fills(orders[pk], filled, now, is_told=pk in told))
        write_orders(orders.values(), now=now)
        insert_all(chain.from_iterable(steps))
        nudge_hooks_after_commit(order.subscription_id for order in orders.values())
        nudge_replacing_after_commit(orders.values())


def _locked(order_ids: Iterable[int]) -> dict[int, Order]:
    return {order.pk: order for order in _LOCKED.all(orders=list(set(order_ids)))}


def _without_repetitions(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """All but the failures of cancels that their orders' histories end with already."""
    failed = {outcome.order_id for outcome in outcomes if isinstance(outcome, CancelFailed)}
    known = last_cancel_failures(failed)
    return [
        outcome
        for outcome in outcomes
        if not isinstance(outcome, CancelFailed)
        or _cancel_failure(outcome) != known.get(outcome.order_id)
    ]


def _cancel_failure(failed: CancelFailed) -> str:
    return Complaint.CANCEL_FAILED.about(f"{failed.code}: {failed.message}")


def _apply(order: Order, outcome: Outcome, now: datetime) -> list[OrderEvent]:
    match outcome:
        case Answered(report=report):
            return _apply_report(order, report, now)
        case SendFailed(error=error):
            return _apply_send_failure(order, error, now)
        case CancelFailed():
            return _apply_cancel_failure(order, outcome, now)
        case NotFound(is_proof=is_proof):
            return _apply_miss(order, now, is_proof=is_proof)
        case StillListed():
            flaw = "it has ended here, yet the exchange lists it as open; look there"
            return [] if order.needs_attention else [call_person(order, reason=flaw, now=now)]
        case Unbookable(message=message):
            return _apply_unbookable(order, message, now)


def _apply_cancel_failure(order: Order, failed: CancelFailed, now: datetime) -> list[OrderEvent]:
    if order.status in CLOSED:
        return []  # it ended before its cancel arrived, or was never sent because of it
    return [note(order, reason=_cancel_failure(failed), now=now)]


def _apply_report(order: Order, report: OrderReport, now: datetime) -> list[OrderEvent]:
    if order.quantity is None:
        raise ValueError(f"order {order.pk} was reported by a venue but never sized")
    order.venue_order_id = order.venue_order_id or report.venue_order_id
    order.answered_at = order.answered_at or now
    order.outcome_unknown_since = None
    order.venue_filled_quantity = max(order.venue_filled_quantity, report.filled_quantity)
    following = status_after(order, order.quantity, report)
    events = _flag_contradiction(order, report, now) + _mind_unread_fills(order, now)
    if following is OrderStatus.REJECTED and following != order.status:
        message = "The exchange reports the order as rejected."
        events.append(
            refuse(order, status=following, code="VENUE_REJECTED", message=message, now=now)
        )
    elif following != order.status:
        events.append(move(order, status=following, reason=report_reason(report), now=now))
    return events


def _flag_contradiction(order: Order, report: OrderReport, now: datetime) -> list[OrderEvent]:
    """Have a person look at what cannot be; once, however often the venue repeats it."""
    flaw = contradiction(order, report)
    if not flaw or order.needs_attention:
        return []
    return [call_person(order, reason=flaw, now=now)]


def _note_late_fills(
    order: Order, filled_before: Decimal, now: datetime, *, is_told: bool
) -> list[OrderEvent]:
    """What is filled after an order's end is booked like anything else, but never in silence."""
    late = order.filled_quantity - filled_before
    excess = -unfilled(order) if late else Decimal(0)
    if not late or (is_told and excess <= 0):
        return []
    reason = f"{plain(late)} filled after its end"
    if excess <= 0:
        return [note(order, reason=reason, now=now)]
    too_much = f"with its replacements {plain(excess)} more than was asked for may be filled"
    return [call_person(order, reason=f"{reason}; {too_much}", now=now)]


def _mind_unread_fills(order: Order, now: datetime) -> list[OrderEvent]:
    """A venue may show executions later than fills, but not for ever: a person is told once."""
    if not _has_unread_fills(order):
        order.missed_look_ups, order.looked_up_at = 0, None
        return []
    order.looked_up_at = order.looked_up_at or now
    if not (absence.is_due(order, now=now) and _has_missed_enough(order, now)):
        return []
    told, shown = plain(order.venue_filled_quantity), plain(order.filled_quantity)
    flaw = f"the exchange says {told} is filled but shows executions of {shown} only; look there"
    return [call_person(order, reason=flaw, now=now)]


def _has_unread_fills(order: Order) -> bool:
    return order.venue_filled_quantity > order.filled_quantity


def _apply_miss(order: Order, now: datetime, *, is_proof: bool) -> list[OrderEvent]:
    """Count it, and conclude once there were enough; two at once count as one."""
    is_settled = order.status in CLOSED and not _has_unread_fills(order)
    if is_settled or not absence.is_due(order, now=now):
        return []
    has_just_missed_enough = _has_missed_enough(order, now)
    if is_proof and order.outcome_unknown_since is not None and absence.was_enough(order):
        message = "The exchange knows no such order: it never arrived there."
        rejected = OrderStatus.REJECTED
        return [refuse(order, status=rejected, code="NOT_FOUND_AT_VENUE", message=message, now=now)]
    if not has_just_missed_enough:
        return []
    flaw = "the exchange does not find this order; look there, then write it off if it has ended"
    return [call_person(order, reason=flaw, now=now)]


def _has_missed_enough(order: Order, now: datetime) -> bool:
    """Count one more look-up in vain; whether just now there were enough of them."""
    had_enough = absence.was_enough(order)
    order.missed_look_ups += absence.counts(order, now=now)
    order.looked_up_at = now
    return absence.was_enough(order) and not had_enough


def _apply_unbookable(order: Order, message: str, now: datetime) -> list[OrderEvent]:
    """A person is to look, and where no answer is booked the venue is to be asked again."""
    if order.answered_at is None and order.status in UNANSWERED:
        order.outcome_unknown_since = order.outcome_unknown_since or now
    if order.needs_attention:  # the venue will say the same at every look-up
        return []
    flaw = f"the exchange's answer cannot be booked: {message}"
    return [call_person(order, reason=flaw, now=now)]


def _apply_send_failure(
    order: Order, error: NotSent | Rejected | OutcomeUnknown, now: datetime
) -> list[OrderEvent]:
    if order.status in CLOSED or order.answered_at is not None:
        return []  # something truer came first
    if isinstance(error, OutcomeUnknown):
        order.outcome_unknown_since = order.outcome_unknown_since or now
        return [note(order, reason=Complaint.OUTCOME_UNKNOWN.about(error.message), now=now)]
    status = OrderStatus.REJECTED if isinstance(error, Rejected) else OrderStatus.DENIED
    return [refuse(order, status=status, code=error.code, message=error.message, now=now)]
