"""A position is the sum of its fills; its entry price the average of what built it up."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.tests.rows import make_account
from strategies.models import Position
from strategies.positions import PositionChange, Standing, book, standing_after
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
