"""The single writer: what each outcome makes of an order, in rows and events."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.exchange.types import (
    FillReport,
    NotSent,
    OrderReport,
    OutcomeUnknown,
    Rejected,
    ReportStatus,
    Side,
)
from orders.attention import clear_attention
from orders.lifecycle import apply_outcomes
from orders.models import Fill, Order, OrderEvent
from orders.outcomes import Answered, CancelFailed, Outcome, SendFailed
from orders.tests.rows import make_denied, make_order
from strategies.models import Position, Signal, Subscription
from strategies.tests.rows import NOON

pytestmark = pytest.mark.django_db

_LATER = NOON + timedelta(seconds=1)
_OPEN = OrderReport(
    venue_order_id="77", status=ReportStatus.OPEN, filled_quantity=Decimal(0), average_price=None
)


@pytest.fixture
def sent(subscription: Subscription, signal: Signal) -> Order:
    """Half a bitcoin, sent, no answer yet."""
    return make_order(subscription, signal, status="SUBMITTED", venue_order_id="", answered_at=None)


def executed(quantity: str, *, trade_id: str = "1", fee_currency: str = "") -> FillReport:
    return FillReport(
        venue_trade_id=trade_id,
        side=Side.BUY,
        quantity=Decimal(quantity),
        price=Decimal(90000),
        fee_quantity=Decimal("0.0001"),
        fee_currency=fee_currency,
        filled_at=NOON,
    )


def told(status: ReportStatus, *fills: FillReport, filled: str | None = None) -> OrderReport:
    total = sum((fill.quantity for fill in fills), Decimal(0))
    filled_quantity = total if filled is None else Decimal(filled)
    return replace(_OPEN, status=status, filled_quantity=filled_quantity, fills=fills)


def apply(order: Order, *outcomes: Outcome) -> Order:
    apply_outcomes(outcomes, now=_LATER)
    order.refresh_from_db()
    return order


def history(order: Order) -> list[tuple[str, str]]:
    return list(OrderEvent.objects.filter(order=order).values_list("from_status", "to_status"))


def test_an_acceptance_gives_the_venues_id(sent: Order) -> None:
    order = apply(sent, Answered(sent.pk, _OPEN))

    assert (order.status, order.venue_order_id, order.answered_at) == ("ACCEPTED", "77", _LATER)
    assert history(order) == [("SUBMITTED", "ACCEPTED")]


def test_the_same_acceptance_again_changes_nothing(sent: Order) -> None:
    apply(sent, Answered(sent.pk, _OPEN))

    order = apply(sent, Answered(sent.pk, replace(_OPEN, venue_order_id="other")))

    assert (order.status, order.venue_order_id) == ("ACCEPTED", "77")
    assert history(order) == [("SUBMITTED", "ACCEPTED")]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotSent("SIGNAL_EXPIRED", "Too late."), "DENIED"),
        (Rejected("INSUFFICIENT_FUNDS", "Too little money."), "REJECTED"),
    ],
)
def test_a_send_that_provably_failed_closes_the_order_with_its_reason(
    sent: Order, error: NotSent | Rejected, status: str
) -> None:
    order = apply(sent, SendFailed(sent.pk, error))

    assert (order.status, order.closed_at) == (status, _LATER)
    assert (order.error_code, order.error_message) == (error.code, error.message)
    assert history(order) == [("SUBMITTED", status)]


def test_an_unknown_outcome_is_no_state_and_an_answer_ends_it(sent: Order) -> None:
    unknown = SendFailed(sent.pk, OutcomeUnknown("OUTCOME_UNKNOWN", "No answer."))

    order = apply(sent, unknown)
    status, since = order.status, order.outcome_unknown_since
    order = apply(sent, Answered(sent.pk, _OPEN))

    assert (status, since) == ("SUBMITTED", _LATER)
    assert (order.status, order.outcome_unknown_since) == ("ACCEPTED", None)


def test_an_unknown_outcome_after_an_answer_is_old_news(sent: Order) -> None:
    unknown = SendFailed(sent.pk, OutcomeUnknown("OUTCOME_UNKNOWN", "No answer."))

    order = apply(sent, Answered(sent.pk, _OPEN), unknown)

    assert (order.status, order.outcome_unknown_since) == ("ACCEPTED", None)


def test_a_rejection_told_by_a_report_closes_the_order(sent: Order) -> None:
    order = apply(sent, Answered(sent.pk, told(ReportStatus.REJECTED)))

    assert (order.status, order.error_code) == ("REJECTED", "VENUE_REJECTED")


def test_a_rejection_told_again_keeps_the_first_reason(sent: Order) -> None:
    apply(sent, SendFailed(sent.pk, Rejected("INSUFFICIENT_FUNDS", "Too little money.")))

    order = apply(sent, Answered(sent.pk, told(ReportStatus.REJECTED)))

    assert (order.status, order.error_code) == ("REJECTED", "INSUFFICIENT_FUNDS")
    assert (order.error_message, order.needs_attention) == ("Too little money.", False)
    assert history(order) == [("SUBMITTED", "REJECTED")]


def test_fills_are_booked_once_and_the_fee_in_the_base_coin_leaves_the_position(
    sent: Order,
) -> None:
    report = told(ReportStatus.CLOSED, executed("0.5", fee_currency="BTC"))

    order = apply(sent, Answered(sent.pk, report), Answered(sent.pk, report))

    assert (order.status, order.filled_quantity) == ("FILLED", Decimal("0.5"))
    assert order.average_price == Decimal(90000)
    assert Fill.objects.count() == 1
    assert Position.objects.get().quantity == Decimal("0.4999")


def test_a_fee_in_another_coin_does_not_touch_the_position(sent: Order) -> None:
    apply(sent, Answered(sent.pk, told(ReportStatus.CLOSED, executed("0.5", fee_currency="BNB"))))

    assert Position.objects.get().quantity == Decimal("0.5")


def test_filled_by_the_venues_word_waits_for_its_fills(sent: Order) -> None:
    order = apply(sent, Answered(sent.pk, told(ReportStatus.CLOSED, filled="0.5")))
    status, booked = order.status, order.filled_quantity
    order = apply(sent, Answered(sent.pk, told(ReportStatus.CLOSED, executed("0.5"))))

    assert (status, booked) == ("PARTIALLY_FILLED", Decimal(0))
    assert order.status == "FILLED"


def test_a_late_fill_completes_a_canceled_order(sent: Order) -> None:
    first, second = executed("0.3", trade_id="1"), executed("0.2", trade_id="2")

    canceled = apply(sent, Answered(sent.pk, told(ReportStatus.CANCELED, first))).status
    completed = apply(sent, Answered(sent.pk, told(ReportStatus.CANCELED, first, second)))

    assert canceled == "CANCELED"
    assert (completed.status, completed.filled_quantity) == ("FILLED", Decimal("0.5"))
    assert history(sent) == [("SUBMITTED", "CANCELED"), ("CANCELED", "FILLED")]


def test_a_closed_order_does_not_reopen(sent: Order) -> None:
    apply(sent, Answered(sent.pk, told(ReportStatus.CANCELED)))

    order = apply(sent, Answered(sent.pk, _OPEN))

    assert order.status == "CANCELED"


@pytest.mark.parametrize("filled", ["0", "0.1"])
def test_a_rejected_order_that_the_venue_has_after_all_is_booked_and_flagged(
    sent: Order, filled: str
) -> None:
    apply(sent, SendFailed(sent.pk, Rejected("INSUFFICIENT_FUNDS", "Too little money.")))
    fills = [executed(filled)] if Decimal(filled) else []

    order = apply(sent, Answered(sent.pk, told(ReportStatus.OPEN, *fills)))

    assert (order.status, order.needs_attention) == ("REJECTED", True)
    assert (order.error_code, order.filled_quantity) == ("INSUFFICIENT_FUNDS", Decimal(filled))
    assert Position.objects.filter(quantity=Decimal(filled)).count() == len(fills)


def test_a_denied_order_that_the_venue_knows_after_all_is_booked_and_flagged(
    subscription: Subscription, signal: Signal
) -> None:
    denied = make_denied(subscription, signal)

    order = apply(denied, Answered(denied.pk, told(ReportStatus.OPEN, executed("0.1"))))

    assert (order.status, order.needs_attention) == ("DENIED", True)
    reason = "needs a person: refused here, yet open at the exchange, 0.1 filled"
    assert OrderEvent.objects.get(order=order).reason == reason
    assert order.filled_quantity == Position.objects.get().quantity == Decimal("0.1")


def test_more_than_asked_for_is_booked_and_flagged(sent: Order) -> None:
    order = apply(sent, Answered(sent.pk, told(ReportStatus.CLOSED, executed("0.6"))))

    assert (order.status, order.needs_attention) == ("FILLED", True)
    assert order.filled_quantity == Decimal("0.6")
    reasons = OrderEvent.objects.filter(order=order).values_list("reason", flat=True)
    assert list(reasons) == [
        "needs a person: filled 0.6 of 0.5",
        "closed at the exchange, 0.6 filled",
    ]


def test_a_person_is_called_once_and_again_after_having_looked(
    subscription: Subscription, signal: Signal
) -> None:
    denied = make_denied(subscription, signal)
    report = Answered(denied.pk, told(ReportStatus.OPEN))

    apply(denied, report)
    apply(denied, report)
    cleared = clear_attention(order_ids=[denied.pk], person="alice", now=_LATER)
    again = clear_attention(order_ids=[denied.pk], person="bob", now=_LATER)
    order = apply(denied, report)

    assert (cleared, again, order.needs_attention) == (1, 0, True)
    needed = "needs a person: refused here, yet open at the exchange, 0 filled"
    reasons = OrderEvent.objects.filter(order=order).values_list("reason", flat=True)
    assert list(reasons) == [needed, "looked at by alice", needed]


def test_a_failed_cancel_leaves_the_order_pending_and_is_written_down(
    subscription: Subscription, signal: Signal
) -> None:
    pending = make_order(subscription, signal, status="PENDING_CANCEL")

    order = apply(pending, CancelFailed(pending.pk, "RATE_LIMITED", "Too many requests."))
    order = apply(pending, CancelFailed(pending.pk, "GONE", "No such order."))

    assert (order.status, order.needs_attention) == ("PENDING_CANCEL", False)
    reasons = OrderEvent.objects.filter(order=order).values_list("reason", flat=True)
    assert list(reasons) == [
        "cancel failed: RATE_LIMITED: Too many requests.",
        "cancel failed: GONE: No such order.",
    ]


def test_an_acceptance_during_a_cancel_leaves_it_pending_and_a_fill_ends_it(
    subscription: Subscription, signal: Signal
) -> None:
    pending = make_order(subscription, signal, status="PENDING_CANCEL", venue_order_id="")

    accepted = apply(pending, Answered(pending.pk, _OPEN)).status
    filled = apply(pending, Answered(pending.pk, told(ReportStatus.CLOSED, executed("0.5")))).status

    assert (accepted, filled) == ("PENDING_CANCEL", "FILLED")
