"""An answer is written, whatever state the database is in and whatever else is in its batch."""

import threading
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection, connections, transaction

from accounts.exchange.types import FillReport, OrderReport, ReportStatus, Side
from orders.models import Fill, Order, OrderEvent
from orders.outcomes import Answered
from orders.recording import record
from orders.tests.world import World, limit_buy
from strategies.tests.racing import until_somebody_waits

_AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


def answer(order: Order, *, price: str = "90000", trade_id: str = "1") -> Answered:
    fill = FillReport(
        venue_trade_id=trade_id,
        side=Side.BUY,
        quantity=Decimal("0.001"),
        price=Decimal(price),
        fee_quantity=Decimal(0),
        fee_currency="",
        filled_at=_AT,
    )
    report = OrderReport(
        venue_order_id=order.venue_order_id,
        status=ReportStatus.OPEN,
        filled_quantity=fill.quantity,
        average_price=fill.price,
        fills=(fill,),
    )
    return Answered(order.pk, report)


def test_one_answer_that_cannot_be_booked_does_not_lose_the_others(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"), world.account("A2"))
    good, odd = world.trade(strategy, limit_buy())

    record([answer(good), answer(odd, price="-1")])

    good.refresh_from_db()
    odd.refresh_from_db()
    assert (good.status, good.filled_quantity) == ("PARTIALLY_FILLED", Decimal("0.001"))
    assert (odd.status, odd.needs_attention) == ("ACCEPTED", True)
    reason = OrderEvent.objects.filter(order=odd).latest("id").reason
    assert reason.startswith("needs a person: the exchange's answer cannot be booked: new row for")
    assert Fill.objects.count() == 1


@pytest.mark.parametrize("filled", ["Infinity", "NaN", "1e30"])
def test_a_number_that_no_column_holds_does_not_lose_the_others(world: World, filled: str) -> None:
    strategy = world.strategy("test1", world.account("A1"), world.account("A2"))
    good, odd = world.trade(strategy, limit_buy())
    impossible = OrderReport(odd.venue_order_id, ReportStatus.OPEN, Decimal(filled), None)

    record([answer(good), Answered(odd.pk, impossible)])

    good.refresh_from_db()
    odd.refresh_from_db()
    assert (good.status, good.filled_quantity) == ("PARTIALLY_FILLED", Decimal("0.001"))
    assert (odd.status, odd.needs_attention) == ("ACCEPTED", True)


def test_a_trade_whose_id_no_column_holds_is_not_booked_under_half_of_it(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"), world.account("A2"))
    good, odd = world.trade(strategy, limit_buy())

    record([answer(good), answer(odd, trade_id="7" * 65)])

    odd.refresh_from_db()
    assert (odd.status, odd.needs_attention) == ("ACCEPTED", True)
    assert list(Fill.objects.values_list("order", "venue_trade_id")) == [(good.pk, "1")]


def test_the_same_flaw_of_an_answer_is_written_once(world: World) -> None:
    (odd,) = world.trade(world.strategy("test1", world.account("A1")), limit_buy())

    record([answer(odd, price="-1")])
    record([answer(odd, price="-1")])

    reasons = OrderEvent.objects.filter(order=odd).values_list("reason", flat=True)
    assert len([reason for reason in reasons if reason.startswith("needs a person")]) == 1


@pytest.mark.scenario(41)
def test_answers_wait_while_the_database_is_away(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    (order,) = world.trade(strategy, limit_buy())
    pids: list[int] = []

    def write() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pids.append(cursor.fetchone()[0])
        record([answer(order)])
        connections.close_all()

    with transaction.atomic():
        Order.objects.select_for_update().get(pk=order.pk)  # the writer waits for this row
        writer = threading.Thread(target=write)
        writer.start()
        until_somebody_waits()
        with connection.cursor() as cursor:  # its connection dies in the middle of the transaction
            cursor.execute("SELECT pg_terminate_backend(%s)", pids)
    writer.join(timeout=10)

    order.refresh_from_db()
    assert order.filled_quantity == Decimal("0.001")
    assert Fill.objects.count() == 1
