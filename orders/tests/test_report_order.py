"""INV-3 and INV-5 as a property: whatever order reports come in, and however often, the truth that
they tell together is what the books say."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.exchange.types import FillReport, OrderReport, ReportStatus, Side
from accounts.tests.rows import make_account
from orders.lifecycle import apply_outcomes
from orders.models import Fill, Order
from orders.outcomes import Answered
from orders.tests.rows import make_order
from strategies.models import Position
from strategies.tests.rows import NOON, make_signal, make_strategy, subscribe

_QUANTITY = Decimal(10)
# How a story ends: what the venue says last, and what we then say.
_ENDINGS = [
    (ReportStatus.OPEN, None),
    (ReportStatus.CANCELED, "CANCELED"),
    (ReportStatus.EXPIRED, "EXPIRED"),
    (ReportStatus.CLOSED, "CANCELED"),  # closed and not full: it was taken out of the book
]


def fill(number: int, size: int) -> FillReport:
    """One execution, with a tenth of a percent taken from the bought coin."""
    quantity = Decimal(size)
    return FillReport(
        venue_trade_id=str(number),
        side=Side.BUY,
        quantity=quantity,
        price=Decimal(100 + number),
        fee_quantity=quantity / 1000,
        fee_currency="BTC",
        filled_at=NOON,
    )


def report(fills: list[FillReport], status: ReportStatus) -> OrderReport:
    """What the venue says once these fills have happened."""
    return OrderReport(
        venue_order_id="1",
        status=status,
        filled_quantity=sum((item.quantity for item in fills), Decimal(0)),
        average_price=None,
        fills=tuple(fills),
    )


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[OrderReport], list[FillReport], str | None]:
    """The reports of one order's life in the order of events, its fills, and how it ended."""
    sizes = draw(st.lists(st.integers(1, 4), max_size=4).filter(lambda sizes: sum(sizes) <= 10))
    fills = [fill(number, size) for number, size in enumerate(sizes)]
    reports = [report(fills[:count], ReportStatus.OPEN) for count in range(len(fills) + 1)]
    said, ended = draw(st.sampled_from(_ENDINGS))
    if sum(sizes) == _QUANTITY:
        said, ended = ReportStatus.CLOSED, "FILLED"
    return [*reports, report(fills, said)], fills, ended


@pytest.mark.django_db
@settings(max_examples=60)
@given(story=stories(), data=st.data())
def test_reports_in_any_order_and_number_end_in_the_same_truth(
    story: tuple[list[OrderReport], list[FillReport], str | None], data: st.DataObject
) -> None:
    reports, fills, ended = story
    told = data.draw(st.permutations(reports + data.draw(st.lists(st.sampled_from(reports)))))
    together = data.draw(st.booleans())

    with transaction.atomic():
        order = submitted_order()
        for batch in [told] if together else [[one] for one in told]:
            apply_outcomes([Answered(order.pk, one) for one in batch], now=NOON)
        order.refresh_from_db()
        position = Position.objects.filter(subscription=order.subscription).first()
        booked = Fill.objects.filter(order=order).count()
        transaction.set_rollback(True)

    filled = sum((item.quantity for item in fills), Decimal(0))
    open_status = "PARTIALLY_FILLED" if fills else "ACCEPTED"
    assert order.status == (ended or open_status)
    assert order.filled_quantity == filled
    assert booked == len(fills)
    assert (position.quantity if position else Decimal(0)) == filled * 999 / 1000
    if fills:
        cost = sum((item.quantity * item.price for item in fills), Decimal(0))
        assert order.average_price == round(cost / filled, 18)


def submitted_order() -> Order:
    """An order that was just sent and has no answer yet."""
    owner = User.objects.create_user("owner")
    subscription = subscribe(make_strategy(owner, "test1"), make_account(owner, "A1"))
    signal = make_signal(subscription.strategy, owner)
    return make_order(
        subscription,
        signal,
        quantity=_QUANTITY,
        status="SUBMITTED",
        venue_order_id="",
        answered_at=None,
    )
