"""A position is the sum of its fills; its entry price the average of what built it up."""

import threading
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import connections, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.tests.rows import make_account
from strategies.models import Position
from strategies.positions import PositionChange, Standing, book, standing_after
from strategies.tests.racing import until_somebody_waits
from strategies.tests.rows import NOON, make_strategy, subscribe

_FLAT = Standing(Decimal(0), None)


def after(*fills: tuple[str, str]) -> Standing:
    """The standing after fills of (signed quantity, price)."""
    standing = _FLAT
    for quantity, price in fills:
        standing = standing_after(standing, quantity=Decimal(quantity), price=Decimal(price))
    return standing


@pytest.mark.parametrize(
    ("fills", "quantity", "entry"),
    [
        ([("1", "100")], "1", "100"),
        ([("1", "100"), ("3", "200")], "4", "175"),
        ([("4", "100"), ("-1", "300")], "3", "100"),  # reducing keeps the entry price
        ([("-2", "100"), ("-2", "50")], "-4", "75"),
        ([("1", "100"), ("-3", "90")], "-2", "90"),  # turned round: a new position
        ([("1", "100"), ("-1", "90")], "0", None),
    ],
)
def test_the_entry_price_follows_what_builds_the_position_up(
    fills: list[tuple[str, str]], quantity: str, entry: str | None
) -> None:
    assert after(*fills) == Standing(Decimal(quantity), Decimal(entry) if entry else None)


@given(
    st.lists(
        st.tuples(
            st.decimals(min_value=-1000, max_value=1000, places=4).filter(bool),
            st.decimals(min_value="0.01", max_value=10000, places=2),
        ),
        min_size=1,
    )
)
def test_the_quantity_is_the_sum_and_the_entry_lies_between_the_prices(
    fills: list[tuple[Decimal, Decimal]],
) -> None:
    standing = after(*[(str(quantity), str(price)) for quantity, price in fills])

    assert standing.quantity == sum(quantity for quantity, _ in fills)
    assert (standing.average_entry_price is None) == (standing.quantity == 0)
    if standing.average_entry_price is not None:
        prices = [price for _, price in fills]
        rounding = Decimal("1e-15")
        assert min(prices) - rounding <= standing.average_entry_price <= max(prices) + rounding


@given(
    st.lists(
        st.tuples(
            st.decimals(min_value="0.0001", max_value=1000, places=4),
            st.decimals(min_value="0.01", max_value=10000, places=2),
        ),
        min_size=1,
        max_size=6,
    ).flatmap(lambda fills: st.tuples(st.just(fills), st.permutations(fills))),
    st.sampled_from([1, -1]),
)
def test_the_order_of_fills_in_one_direction_does_not_matter(
    told: tuple[list[tuple[Decimal, Decimal]], list[tuple[Decimal, Decimal]]], sign: int
) -> None:
    first, second = (
        after(*[(str(sign * quantity), str(price)) for quantity, price in fills]) for fills in told
    )

    assert first.quantity == second.quantity
    assert first.average_entry_price is not None
    assert second.average_entry_price is not None
    assert abs(first.average_entry_price - second.average_entry_price) < Decimal("1e-18")


@pytest.mark.django_db
def test_fills_are_added_to_the_positions_of_their_subscription_and_symbol() -> None:
    owner = User.objects.create_user("owner")
    strategy = make_strategy(owner, "test1")
    first, second = (subscribe(strategy, make_account(owner, name)) for name in ("A1", "A2"))

    def change(subscription_id: int, symbol: str, quantity: str, price: str) -> PositionChange:
        return PositionChange(
            subscription_id=subscription_id,
            symbol=symbol,
            quantity=Decimal(quantity),
            price=Decimal(price),
        )

    with transaction.atomic():
        book([change(first.pk, "BTC/USDT", "1", "100")], now=NOON)
        book(
            [
                change(second.pk, "BTC/USDT", "5", "100"),
                change(first.pk, "ETH/USDT", "7", "10"),
                change(first.pk, "BTC/USDT", "1", "200"),
            ],
            now=NOON,
        )

    rows = Position.objects.order_by("subscription", "symbol")
    assert list(rows.values_list("subscription", "symbol", "quantity", "average_entry_price")) == [
        (first.pk, "BTC/USDT", Decimal(2), Decimal(150)),
        (first.pk, "ETH/USDT", Decimal(7), Decimal(10)),
        (second.pk, "BTC/USDT", Decimal(5), Decimal(100)),
    ]


@pytest.mark.django_db
def test_nothing_to_book_touches_no_position() -> None:
    book([], now=NOON)

    assert not Position.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_bookings_in_opposite_order_do_not_block_each_other_for_ever() -> None:
    """The second waits for the first position without holding the other one yet."""
    owner = User.objects.create_user("owner")
    subscription = subscribe(make_strategy(owner, "test1"), make_account(owner, "A1"))
    bitcoin, ether = (
        PositionChange(subscription.pk, symbol, Decimal(1), Decimal(100))
        for symbol in ("BTC/USDT", "ETH/USDT")
    )

    def book_elsewhere() -> None:
        with transaction.atomic():
            book([ether, bitcoin], now=NOON)
        connections.close_all()

    with transaction.atomic():
        book([bitcoin], now=NOON)
        second = threading.Thread(target=book_elsewhere)
        second.start()
        until_somebody_waits()
        book([ether], now=NOON)
    second.join(timeout=20)

    quantities = Position.objects.order_by("symbol").values_list("symbol", "quantity")
    assert list(quantities) == [("BTC/USDT", Decimal(2)), ("ETH/USDT", Decimal(2))]


@pytest.mark.django_db(transaction=True)
def test_a_booking_adds_to_what_another_one_writes_meanwhile() -> None:
    owner = User.objects.create_user("owner")
    subscription = subscribe(make_strategy(owner, "test1"), make_account(owner, "A1"))
    bitcoin = PositionChange(subscription.pk, "BTC/USDT", Decimal(1), Decimal(100))
    with transaction.atomic():
        book([bitcoin], now=NOON)

    def book_elsewhere() -> None:
        with transaction.atomic():
            book([bitcoin], now=NOON)
        connections.close_all()

    with transaction.atomic():
        Position.objects.select_for_update().get()
        second = threading.Thread(target=book_elsewhere)
        second.start()
        until_somebody_waits()
        book([bitcoin], now=NOON)
    second.join(timeout=20)

    assert Position.objects.get().quantity == Decimal(3)
