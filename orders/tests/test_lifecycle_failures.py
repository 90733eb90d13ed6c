"""The single writer: sends and cancels that fail, late and twice, and two writers at once."""

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connections, transaction

from accounts.exchange.types import (
    FillReport,
    NotSent,
    OrderReport,
    OutcomeUnknown,
    Rejected,
    ReportStatus,
    Side,
)
from orders.lifecycle import apply_outcomes
from orders.models import Fill, Order, OrderEvent
from orders.outcomes import Answered, CancelFailed, NotFound, Outcome, SendFailed
from orders.tests.rows import make_denied, make_order
from strategies.models import Position, Signal, Subscription
from strategies.tests.racing import until_somebody_waits
from strategies.tests.rows import NOON

pytestmark = pytest.mark.django_db

_LATER = NOON + timedelta(seconds=1)
_NOT_SENT = NotSent("NETWORK_ERROR", "The exchange could not be reached.")
_REJECTED = Rejected("INSUFFICIENT_FUNDS", "Too little money.")
_UNKNOWN = OutcomeUnknown("OUTCOME_UNKNOWN", "No answer within 10 s.")

MakeOrder = Callable[..., Order]


@pytest.fixture
def order_in(subscription: Subscription, signal: Signal) -> MakeOrder:
    """Makes an order for half a bitcoin in a status; unanswered ones have no venue's id."""

    def make(status: str, *, is_answered: bool = True) -> Order:
        unanswered = {} if is_answered else {"venue_order_id": "", "answered_at": None}
        closed = {"closed_at": NOON} if status in ("CANCELED", "EXPIRED") else {}
        return make_order(subscription, signal, status=status, **unanswered, **closed)

    return make


def bought(quantity: str, *, trade_id: str = "t1") -> OrderReport:
    """The venue tells of one execution."""
    fill = FillReport(
        venue_trade_id=trade_id,
        side=Side.BUY,
        quantity=Decimal(quantity),
        price=Decimal(90000),
        fee_quantity=Decimal(0),
        fee_currency="",
        filled_at=NOON,
    )
    return OrderReport(
        venue_order_id="77",
        status=ReportStatus.OPEN,
        filled_quantity=fill.quantity,
        average_price=fill.price,
        fills=(fill,),
    )


def apply(order: Order, *outcomes: Outcome) -> Order:
    apply_outcomes(outcomes, now=_LATER)
    order.refresh_from_db()
    return order


def history(order: Order) -> list[tuple[str, str, str]]:
    events = OrderEvent.objects.filter(order=order)
    return list(events.values_list("from_status", "to_status", "reason"))


@pytest.mark.parametrize("status", ["SUBMITTED", "PENDING_CANCEL"])
@pytest.mark.parametrize(
    ("error", "following", "answered_at"),
    [(_NOT_SENT, "DENIED", None), (_REJECTED, "REJECTED", _LATER)],
)
def test_a_failed_send_ends_an_order_even_while_its_cancel_is_asked_for(
    order_in: MakeOrder,
    status: str,
    error: NotSent | Rejected,
    following: str,
    answered_at: object,
) -> None:
    order = order_in(status, is_answered=False)

    apply(order, SendFailed(order.pk, _UNKNOWN), SendFailed(order.pk, error))

    assert (order.status, order.error_code, order.error_message) == (
        following,
        error.code,
        error.message,
    )
    assert (order.outcome_unknown_since, order.closed_at) == (None, _LATER)
    assert order.answered_at == answered_at
    assert history(order) == [
        (status, status, "outcome unknown: No answer within 10 s."),
        (status, following, f"{error.code}: {error.message}"),
    ]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("ACCEPTED", _NOT_SENT),
        ("ACCEPTED", _REJECTED),
        ("ACCEPTED", _UNKNOWN),
        ("PARTIALLY_FILLED", _REJECTED),
        ("PARTIALLY_FILLED", _UNKNOWN),
        ("PENDING_CANCEL", _NOT_SENT),
        ("PENDING_CANCEL", _REJECTED),
        ("PENDING_CANCEL", _UNKNOWN),
        ("CANCELED", _NOT_SENT),
        ("CANCELED", _UNKNOWN),
        ("EXPIRED", _REJECTED),
    ],
)
def test_a_failed_send_is_old_news_once_the_venue_has_the_order(
    order_in: MakeOrder, status: str, error: NotSent | Rejected | OutcomeUnknown
) -> None:
    order = order_in(status)

    apply(order, SendFailed(order.pk, error))

    assert (order.status, order.error_code, order.outcome_unknown_since) == (status, "", None)
    assert history(order) == []


def test_an_outcome_stays_unknown_since_the_first_time(order_in: MakeOrder) -> None:
    order = order_in("SUBMITTED", is_answered=False)
    apply_outcomes([SendFailed(order.pk, _UNKNOWN)], now=NOON)

    apply(order, SendFailed(order.pk, _UNKNOWN))

    assert (order.status, order.outcome_unknown_since) == ("SUBMITTED", NOON)


def test_a_refusal_told_twice_is_written_once(subscription: Subscription, signal: Signal) -> None:
    order = make_denied(subscription, signal)

    apply(order, SendFailed(order.pk, _NOT_SENT))

    assert (order.error_code, order.closed_at) == ("BELOW_MINIMUM", NOON)
    assert history(order) == []


def test_long_words_of_a_venue_are_cut_to_the_columns(order_in: MakeOrder) -> None:
    order = order_in("SUBMITTED", is_answered=False)

    apply(order, SendFailed(order.pk, Rejected("VENUE_REJECTED", "x" * 1000)))

    assert order.error_message == "x" * 300
    assert [len(reason) for _, _, reason in history(order)] == [300]


def test_a_failed_cancel_is_history_and_moves_nothing(order_in: MakeOrder) -> None:
    order = order_in("PENDING_CANCEL")

    apply(order, CancelFailed(order.pk, "RATE_LIMITED", "Too many requests."))

    reason = "cancel failed: RATE_LIMITED: Too many requests."
    assert (order.status, order.needs_attention) == ("PENDING_CANCEL", False)
    assert history(order) == [("PENDING_CANCEL", "PENDING_CANCEL", reason)]


def test_a_failed_cancel_of_what_has_ended_is_no_news(order_in: MakeOrder) -> None:
    order = order_in("CANCELED")

    apply(order, CancelFailed(order.pk, "ORDER_GONE", "No such order."))

    assert not order.needs_attention
    assert history(order) == []


@pytest.mark.parametrize("is_answered", [True, False])
def test_a_cancel_that_does_not_find_its_order_needs_no_person(
    order_in: MakeOrder, is_answered: bool
) -> None:
    """Venues show an order late, and a cancel may come before it: look-ups count the misses."""
    order = order_in("PENDING_CANCEL", is_answered=is_answered)

    apply(order, CancelFailed(order.pk, "ORDER_GONE", "No such order."))

    assert (order.status, order.needs_attention) == ("PENDING_CANCEL", False)


def test_an_order_that_look_ups_do_not_find_while_it_is_canceled_needs_a_person(
    order_in: MakeOrder,
) -> None:
    order = order_in("PENDING_CANCEL")

    for seconds in (0, 60, 120, 180):
        apply_outcomes([NotFound(order.pk, is_proof=True)], now=NOON + timedelta(seconds=seconds))
    order.refresh_from_db()

    assert (order.status, order.needs_attention) == ("PENDING_CANCEL", True)


def test_the_venues_total_never_shrinks_by_an_older_report(order_in: MakeOrder) -> None:
    order = order_in("ACCEPTED")
    newer = OrderReport("77", ReportStatus.OPEN, Decimal("0.4"), None)
    older = OrderReport("77", ReportStatus.OPEN, Decimal("0.1"), None)

    apply(order, Answered(order.pk, newer), Answered(order.pk, older))

    assert (order.status, order.venue_filled_quantity) == ("PARTIALLY_FILLED", Decimal("0.4"))


def test_a_late_fill_does_not_change_when_the_order_ended(order_in: MakeOrder) -> None:
    order = order_in("CANCELED")

    apply(order, Answered(order.pk, bought("0.5")))

    assert (order.status, order.closed_at) == ("FILLED", NOON)


def test_a_fill_on_a_refused_order_is_written_down_though_a_person_was_called_before(
    subscription: Subscription, signal: Signal
) -> None:
    denied = make_denied(subscription, signal)
    Order.objects.filter(pk=denied.pk).update(needs_attention=True)

    apply(denied, Answered(denied.pk, bought("0.1")))

    assert history(denied) == [("DENIED", "DENIED", "0.1 filled after its end")]


def test_a_report_of_an_order_that_was_never_sized_books_nothing(
    subscription: Subscription, signal: Signal
) -> None:
    denied = make_denied(subscription, signal)
    Order.objects.filter(pk=denied.pk).update(quantity=None)

    with pytest.raises(ValueError, match="was reported by a venue but never sized"):
        apply_outcomes([Answered(denied.pk, bought("0.1"))], now=_LATER)

    assert not Fill.objects.exists()
    assert not Position.objects.exists()


def test_a_batch_is_written_as_a_whole_or_not_at_all(order_in: MakeOrder) -> None:
    good, odd = order_in("ACCEPTED"), order_in("ACCEPTED")
    impossible = OrderReport(
        "78", ReportStatus.OPEN, Decimal(-1), None, bought("-1", trade_id="t2").fills
    )

    with pytest.raises(IntegrityError, match="fill_quantity_positive"), transaction.atomic():
        apply_outcomes([Answered(good.pk, bought("0.1")), Answered(odd.pk, impossible)], now=_LATER)

    good.refresh_from_db()
    assert (good.status, good.filled_quantity) == ("ACCEPTED", Decimal(0))
    assert not OrderEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_writers_of_one_fill_book_it_once(order_in: MakeOrder) -> None:
    """The second is made to wait for the first one's commit."""
    order = order_in("ACCEPTED")
    answer = Answered(order.pk, bought("0.1"))
    written = threading.Event()

    def write_elsewhere() -> None:
        apply_outcomes([answer], now=_LATER)
        written.set()
        connections.close_all()

    with transaction.atomic():
        apply_outcomes([answer], now=_LATER)
        second = threading.Thread(target=write_elsewhere)
        second.start()
        until_somebody_waits()
    second.join(timeout=20)

    order.refresh_from_db()
    assert written.is_set()
    assert (order.status, order.filled_quantity) == ("PARTIALLY_FILLED", Decimal("0.1"))
    assert Fill.objects.count() == 1
    assert Position.objects.get().quantity == Decimal("0.1")
    assert len(history(order)) == 1
