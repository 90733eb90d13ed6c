"""Fills into the books: each once, whoever reports it, and what it adds to the base coin."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.exchange.types import FillReport, OrderReport, ReportStatus, Side
from orders.bookkeeping import book_fills, signed_base_quantity
from orders.models import Fill
from orders.tests.rows import make_order
from strategies.models import Position, Signal, Subscription
from strategies.tests.rows import NOON


def execution(
    trade_id: str,
    quantity: str,
    *,
    side: Side = Side.BUY,
    price: str = "90000",
    fee: tuple[str, str] = ("0", ""),
    minute: int = 0,
) -> FillReport:
    return FillReport(
        venue_trade_id=trade_id,
        side=side,
        quantity=Decimal(quantity),
        price=Decimal(price),
        fee_quantity=Decimal(fee[0]),
        fee_currency=fee[1],
        filled_at=NOON + timedelta(minutes=minute),
    )


def report(*fills: FillReport) -> OrderReport:
    return OrderReport(
        venue_order_id="77",
        status=ReportStatus.OPEN,
        filled_quantity=sum((fill.quantity for fill in fills), Decimal(0)),
        average_price=None,
        fills=fills,
    )


@pytest.mark.parametrize(
    ("symbol", "side", "fee", "signed"),
    [
        ("BTC/USDT", "BUY", ("0.001", "BTC"), "0.999"),
        ("BTC/USDT", "SELL", ("0.001", "BTC"), "-1.001"),
        ("BTC/USDT", "BUY", ("90", "USDT"), "1"),
        ("BTC/USDT", "SELL", ("90", "USDT"), "-1"),
        ("BTC/USDT", "BUY", ("0.1", "BNB"), "1"),
        ("BNB/USDT", "BUY", ("0.001", "BNB"), "0.999"),  # paid in the very coin that is traded
        ("BTC/USDT", "BUY", ("0", ""), "1"),  # the venue does not tell
        ("BTC/USDT:USDT", "BUY", ("90", "USDT"), "1"),
        ("BTC/USD:BTC", "BUY", ("0.001", "BTC"), "1"),  # from the margin, not from the contract
        ("BTC/USD:BTC", "SELL", ("0.001", "BTC"), "-1"),
    ],
)
def test_only_a_spot_fee_in_the_base_coin_leaves_the_holding(
    symbol: str, side: str, fee: tuple[str, str], signed: str
) -> None:
    fill = Fill(
        symbol=symbol,
        side=side,
        quantity=Decimal(1),
        fee_quantity=Decimal(fee[0]),
        fee_currency=fee[1],
    )

    assert signed_base_quantity(fill) == Decimal(signed)


@pytest.mark.django_db
def test_a_fill_is_kept_as_the_venue_told_it(subscription: Subscription, signal: Signal) -> None:
    order = make_order(subscription, signal)

    book_fills([(order, report(execution("t1", "0.2", fee=("0.0002", "BTC"))))], now=NOON)

    fill = Fill.objects.get()
    assert (fill.order, fill.account, fill.symbol) == (order, order.account, "BTC/USDT")
    assert (fill.venue_trade_id, fill.side) == ("t1", "BUY")
    assert (fill.quantity, fill.price) == (Decimal("0.2"), Decimal(90000))
    assert (fill.fee_quantity, fill.fee_currency) == (Decimal("0.0002"), "BTC")
    assert (fill.filled_at, fill.booked_at) == (NOON, NOON)


@pytest.mark.django_db
def test_totals_and_position_are_sums_of_all_fills(
    subscription: Subscription, signal: Signal
) -> None:
    order = make_order(subscription, signal)
    first = execution("t1", "0.1", price="90000", fee=("0.0001", "BTC"))
    second = execution("t2", "0.3", price="80000", fee=("0.0003", "BTC"))

    book_fills([(order, report(first))], now=NOON)
    book_fills([(order, report(first, second)), (order, report(second))], now=NOON)

    assert Fill.objects.count() == 2
    assert (order.filled_quantity, order.average_price) == (Decimal("0.4"), Decimal(82500))
    assert order.venue_filled_quantity == Decimal("0.4")
    assert Position.objects.get().quantity == Decimal("0.3996")


@pytest.mark.django_db
def test_a_fill_told_late_counts_when_it_happened(
    subscription: Subscription, signal: Signal
) -> None:
    """The sale closed what was bought at 100 before it, not what was bought at 200 after it."""
    first, sale, second = (
        make_order(subscription, signal, side=side) for side in ("BUY", "SELL", "BUY")
    )
    elsewhere = make_order(subscription, signal, symbol="ETH/USDT")
    bought = execution("t1", "1", price="100", fee=("0.1", "USDT"), minute=1)
    sold = execution("t2", "1", side=Side.SELL, price="150", fee=("0.2", "USDT"), minute=2)
    bought_again = execution("t3", "1", price="200", fee=("0.001", "BTC"), minute=3)
    book_fills([(first, report(bought)), (second, report(bought_again))], now=NOON)
    book_fills([(elsewhere, report(execution("t4", "7", minute=9)))], now=NOON)

    book_fills([(sale, report(sold))], now=NOON)

    position = Position.objects.get(symbol="BTC/USDT")
    assert (position.quantity, position.average_entry_price) == (Decimal("0.999"), Decimal(200))
    assert position.realized_profit == Decimal(50)
    assert position.fees == {"BTC": "0.001", "USDT": "0.3"}
    assert Position.objects.get(symbol="ETH/USDT").quantity == Decimal(7)


@pytest.mark.django_db
def test_two_trades_with_one_id_on_two_symbols_are_two_fills(
    subscription: Subscription, signal: Signal
) -> None:
    bitcoin, ether = (
        make_order(subscription, signal, symbol=symbol) for symbol in ("BTC/USDT", "ETH/USDT")
    )

    book_fills([(order, report(execution("1", "0.1"))) for order in (bitcoin, ether)], now=NOON)

    fills = Fill.objects.order_by("symbol").values_list("symbol", "venue_trade_id")
    assert list(fills) == [("BTC/USDT", "1"), ("ETH/USDT", "1")]


@pytest.mark.django_db
def test_both_sides_of_a_trade_with_oneself_are_booked(
    subscription: Subscription, signal: Signal
) -> None:
    buy, sale = (make_order(subscription, signal, side=side) for side in ("BUY", "SELL"))
    sold = execution("1", "0.1", side=Side.SELL)

    book_fills([(buy, report(execution("1", "0.1"))), (sale, report(sold))], now=NOON)

    assert Fill.objects.filter(venue_trade_id="1").count() == 2
    assert Position.objects.get().quantity == 0


@pytest.mark.django_db
def test_a_report_without_fills_leaves_the_books_alone(
    subscription: Subscription, signal: Signal
) -> None:
    order = make_order(subscription, signal)

    book_fills([(order, report())], now=NOON)

    assert (order.filled_quantity, order.average_price) == (Decimal(0), None)
    assert not Position.objects.exists()


@pytest.mark.django_db
def test_an_order_may_have_traded_with_another_of_the_same_account(
    subscription: Subscription, signal: Signal
) -> None:
    """Both sides of a trade with oneself share its id."""
    buy = make_order(subscription, signal)
    sale = make_order(subscription, signal, side="SELL")

    book_fills(
        [
            (buy, report(execution("t1", "0.2"))),
            (sale, report(execution("t1", "0.2", side=Side.SELL))),
        ],
        now=NOON,
    )

    assert sorted(Fill.objects.values_list("order", "side")) == [
        (buy.pk, "BUY"),
        (sale.pk, "SELL"),
    ]
    assert Position.objects.get().quantity == 0


@pytest.mark.django_db
def test_one_trade_id_on_two_symbols_is_two_fills(
    subscription: Subscription, signal: Signal
) -> None:
    orders = [
        make_order(subscription, signal, symbol=symbol) for symbol in ("BTC/USDT", "ETH/USDT")
    ]

    book_fills([(order, report(execution("t1", "0.2"))) for order in orders], now=NOON)

    positions = Position.objects.order_by("symbol").values_list("symbol", "quantity")
    assert list(positions) == [("BTC/USDT", Decimal("0.2")), ("ETH/USDT", Decimal("0.2"))]


@pytest.mark.django_db
def test_a_fill_already_booked_to_another_order_is_not_booked_again(
    subscription: Subscription, signal: Signal
) -> None:
    first, second = make_order(subscription, signal), make_order(subscription, signal)
    book_fills([(first, report(execution("t1", "0.2")))], now=NOON)

    book_fills([(second, report(execution("t1", "0.2")))], now=NOON)

    assert list(Fill.objects.values_list("order", flat=True)) == [first.pk]
    assert second.filled_quantity == 0
    assert Position.objects.get().quantity == Decimal("0.2")


@pytest.mark.django_db
def test_many_orders_take_as_many_statements_as_one(
    subscription: Subscription, signal: Signal
) -> None:
    first, one, *many = [make_order(subscription, signal) for _ in range(20)]
    book_fills([(first, report(execution("first", "0.1")))], now=NOON)  # makes the position

    with CaptureQueriesContext(connection) as for_one:
        book_fills([(one, report(execution("one", "0.1")))], now=NOON)
    with CaptureQueriesContext(connection) as for_many:
        book_fills([(order, report(execution(str(order.pk), "0.1"))) for order in many], now=NOON)

    assert len(for_many) == len(for_one)
    assert Position.objects.get().quantity == Decimal(2)


def totals(filled: str, average: str | None) -> OrderReport:
    """What a venue says that tells no executions."""
    return OrderReport(
        venue_order_id="77",
        status=ReportStatus.OPEN,
        filled_quantity=Decimal(filled),
        average_price=None if average is None else Decimal(average),
        has_executions=False,
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "batches",
    [
        [[("0.1", "90000")], [("0.3", "84000")]],
        [[("0.1", "90000"), ("0.3", "84000")]],
        [[("0.1", "90000")], [("0.1", "90000")], [("0.3", "84000"), ("0.3", "84000")]],
        [[("0.1", "90000")], [("0.3", "84000")], [("0.1", "90000")]],
    ],
    ids=["one by one", "at once", "repeated", "out of order"],
)
def test_without_executions_fills_are_what_the_totals_grow_by(
    subscription: Subscription, signal: Signal, batches: list[list[tuple[str, str]]]
) -> None:
    order = make_order(subscription, signal)

    for batch in batches:
        book_fills([(order, totals(*told)) for told in batch], now=NOON)

    fills = Fill.objects.order_by("id").values_list("venue_trade_id", "quantity", "price")
    assert list(fills) == [
        ("77=0.1", Decimal("0.1"), Decimal(90000)),
        ("77=0.3", Decimal("0.2"), Decimal(81000)),
    ]
    assert (order.filled_quantity, order.average_price) == (Decimal("0.3"), Decimal(84000))
    assert Position.objects.get().quantity == Decimal("0.3")


@pytest.mark.django_db
def test_totals_without_a_price_are_not_booked_yet(
    subscription: Subscription, signal: Signal
) -> None:
    order = make_order(subscription, signal)

    book_fills([(order, totals("0.1", None))], now=NOON)

    assert Fill.objects.count() == 0
