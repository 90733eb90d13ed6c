"""Fills are added to locked rows: whatever the order they come in, the numbers are those of all."""

import threading
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import connections, transaction
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.tests.rows import make_account
from strategies.models import Position, PositionCorrection, Subscription
from strategies.positions import Key, PositionChange, book, correct
from strategies.tests.racing import until_somebody_waits
from strategies.tests.rows import NOON, make_strategy, subscribe


class Books:
    """Books changes and remembers them, as the table of fills does."""

    def __init__(self) -> None:
        self.booked: list[PositionChange] = []
        self.asked = 0

    def book(self, *changes: PositionChange) -> None:
        with transaction.atomic():
            self.booked += changes
            book(changes, history=self._history, now=NOON)

    def _history(self, keys: Collection[Key]) -> list[PositionChange]:
        self.asked += 1
        return [change for change in self.booked if change.key in keys]


def change(
    subscription: Subscription,
    quantity: str = "1",
    price: str = "100",
    *,
    symbol: str = "BTC/USDT",
    minute: int = 0,
    fee: tuple[str, str] = ("0", ""),
) -> PositionChange:
    """A fill some minutes after noon."""
    return PositionChange(
        subscription_id=subscription.pk,
        symbol=symbol,
        quantity=Decimal(quantity),
        price=Decimal(price),
        fee_quantity=Decimal(fee[0]),
        fee_currency=fee[1],
        filled_at=NOON + timedelta(minutes=minute),
    )


def new_subscription() -> Subscription:
    owner = User.objects.create_user("owner")
    return subscribe(make_strategy(owner, "test1"), make_account(owner, "A1"))


@pytest.mark.django_db
def test_fills_are_added_to_the_positions_of_their_subscription_and_symbol() -> None:
    first = new_subscription()
    second = subscribe(first.strategy, make_account(first.strategy.owner, "A2"))
    books = Books()

    books.book(change(first))
    books.book(
        change(second, "5"),
        change(first, "7", "10", symbol="ETH/USDT"),
        change(first, "1", "200"),
    )

    rows = Position.objects.order_by("subscription", "symbol")
    assert list(rows.values_list("subscription", "symbol", "quantity", "average_entry_price")) == [
        (first.pk, "BTC/USDT", Decimal(2), Decimal(150)),
        (first.pk, "ETH/USDT", Decimal(7), Decimal(10)),
        (second.pk, "BTC/USDT", Decimal(5), Decimal(100)),
    ]


@pytest.mark.django_db
def test_fees_are_summed_by_currency_beside_the_profit() -> None:
    subscription, books = new_subscription(), Books()

    books.book(change(subscription, "0.999", fee=("0.001", "BTC")))
    books.book(
        change(subscription, "-0.5", "120", fee=("0.06", "USDT")),
        change(subscription, "-0.4", "120", fee=("0.048", "USDT")),
        change(subscription, "-0.099", "120"),
    )

    position = Position.objects.get()
    assert position.fees == {"BTC": "0.001", "USDT": "0.108"}
    assert (position.quantity, position.realized_profit) == (Decimal(0), Decimal("19.98"))


@pytest.mark.django_db
def test_a_late_fill_has_the_position_computed_anew() -> None:
    """Sold at 150 what was bought at 100, not what was bought at 200 afterwards."""
    subscription, books = new_subscription(), Books()
    bought = change(subscription, "1", "100", minute=1, fee=("0.1", "USDT"))
    sold = change(subscription, "-1", "150", minute=2, fee=("0.2", "USDT"))
    bought_again = change(subscription, "1", "200", minute=3)

    books.book(bought)
    books.book(bought_again)
    asked_in_order = books.asked
    books.book(sold)

    position = Position.objects.get()
    assert (asked_in_order, books.asked) == (0, 1)
    assert (position.quantity, position.average_entry_price) == (Decimal(1), Decimal(200))
    assert position.realized_profit == Decimal(50)
    assert position.fees == {"USDT": "0.3"}
    assert position.last_filled_at == bought_again.filled_at


class AnyOrder(TestCase):
    """Hypothesis rolls each example's rows back."""

    @given(
        st.lists(
            st.tuples(
                st.integers(min_value=-20, max_value=20).filter(bool),
                st.integers(min_value=1, max_value=500),
            ),
            min_size=1,
            max_size=7,
        ).flatmap(
            lambda fills: st.tuples(st.just(fills), st.permutations(list(range(len(fills)))))
        ),
        st.integers(min_value=1, max_value=3),
    )
    def test_any_order_of_booking_ends_in_the_same_position(
        self, told: tuple[list[tuple[int, int]], list[int]], batch: int
    ) -> None:
        fills, order = told
        first = new_subscription()
        second = subscribe(first.strategy, make_account(first.strategy.owner, "A2"))
        changes = [
            change(first, str(quantity), str(price), minute=minute, fee=("0.1", "BNB"))
            for minute, (quantity, price) in enumerate(fills)
        ]
        books = Books()
        books.book(*changes)

        shuffled = [replace(changes[index], subscription_id=second.pk) for index in order]
        for start in range(0, len(shuffled), batch):
            books.book(*shuffled[start : start + batch])

        columns = ("quantity", "fees", "realized_profit", "average_entry_price")
        one, other = Position.objects.order_by("subscription").values_list(*columns)
        assert one[:2] == other[:2]
        # A row keeps 18 decimals of an average: fills booked one by one are rounded more often.
        assert abs(one[2] - other[2]) < Decimal("1e-12")
        assert one[3] is None or abs(one[3] - other[3]) < Decimal("1e-12")


@pytest.mark.django_db
def test_nothing_to_book_touches_no_position() -> None:
    Books().book()

    assert not Position.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_bookings_in_opposite_order_do_not_block_each_other_for_ever() -> None:
    """The second waits for the first position without holding the other one yet."""
    subscription, books = new_subscription(), Books()
    bitcoin, ether = (change(subscription, symbol=name) for name in ("BTC/USDT", "ETH/USDT"))

    def book_elsewhere() -> None:
        books.book(ether, bitcoin)
        connections.close_all()

    with transaction.atomic():
        books.book(bitcoin)
        second = threading.Thread(target=book_elsewhere)
        second.start()
        until_somebody_waits()
        books.book(ether)
    second.join(timeout=20)

    quantities = Position.objects.order_by("symbol").values_list("symbol", "quantity")
    assert list(quantities) == [("BTC/USDT", Decimal(2)), ("ETH/USDT", Decimal(2))]


@pytest.mark.django_db(transaction=True)
def test_a_booking_adds_to_what_another_one_writes_meanwhile() -> None:
    subscription, books = new_subscription(), Books()
    bitcoin = change(subscription)
    books.book(bitcoin)

    def book_elsewhere() -> None:
        books.book(bitcoin)
        connections.close_all()

    with transaction.atomic():
        Position.objects.select_for_update().get()
        second = threading.Thread(target=book_elsewhere)
        second.start()
        until_somebody_waits()
        books.book(bitcoin)
    second.join(timeout=20)

    assert Position.objects.get().quantity == Decimal(3)


def corrected(position: Position, quantity: str, *, minute: int) -> PositionCorrection:
    """A person's correction some minutes after noon."""
    with transaction.atomic():
        return correct(
            Position.objects.select_for_update().get(pk=position.pk),
            quantity=Decimal(quantity),
            reason="closed by hand",
            person=User.objects.get(),
            now=NOON + timedelta(minutes=minute),
        )


@pytest.mark.django_db
def test_a_correction_keeps_its_place_when_a_late_fill_comes() -> None:
    """Two bought at 100, one corrected away, then one sold at 150 is told that came before it."""
    subscription, books = new_subscription(), Books()
    books.book(change(subscription, "2", "100", minute=1, fee=("0.1", "USDT")))
    corrected(Position.objects.get(), "-1", minute=3)
    between = Position.objects.get()

    books.book(change(subscription, "-1", "150", minute=2))
    books.book(change(subscription, "1", "200", minute=4))

    assert (between.quantity, between.average_entry_price) == (Decimal(1), Decimal(100))
    assert (between.realized_profit, between.fees) == (Decimal(0), {"USDT": "0.1"})
    position = Position.objects.get()
    assert (books.asked, position.quantity) == (1, Decimal(1))
    assert (position.average_entry_price, position.realized_profit) == (Decimal(200), Decimal(50))


@pytest.mark.django_db
def test_a_late_fill_that_was_what_a_person_corrected_leaves_an_opposite_position() -> None:
    """The sum stays the truth of both; the check of remainders then shows it, to be corrected."""
    subscription, books = new_subscription(), Books()
    books.book(change(subscription, "1", "100", minute=1))
    corrected(Position.objects.get(), "-1", minute=3)

    books.book(change(subscription, "-1", "150", minute=2))
    after = Position.objects.get()
    corrected(after, "1", minute=5)

    assert (after.quantity, after.average_entry_price) == (Decimal(-1), None)
    position = Position.objects.get()
    assert (position.quantity, position.realized_profit) == (Decimal(0), Decimal(50))


@pytest.mark.django_db
def test_a_correction_comes_after_what_a_clock_ahead_of_ours_has_told() -> None:
    subscription, books = new_subscription(), Books()
    books.book(change(subscription, "2", "100", minute=9))

    correction = corrected(Position.objects.get(), "-2", minute=3)

    position = Position.objects.get()
    assert correction.corrected_at == NOON + timedelta(minutes=9)
    assert (position.quantity, position.average_entry_price) == (Decimal(0), None)


@pytest.mark.django_db
@pytest.mark.parametrize("quantity", ["1", "0", "-2.1"])
def test_a_position_is_only_corrected_towards_zero(quantity: str) -> None:
    subscription, books = new_subscription(), Books()
    books.book(change(subscription, "2", "100"))

    with pytest.raises(ValueError, match="does not bring a position of 2"):
        corrected(Position.objects.get(), quantity, minute=3)

    assert not PositionCorrection.objects.exists()
