"""A position is the sum of its fills; its entry price the average of what built it up."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies.positions import Standing, standing_after, unrealized_profit

_FLAT = Standing(Decimal(0), None)
_PRICES = st.decimals(min_value="0.01", max_value=10000, places=2)
# Signed quantities with what was paid for one.
_FILLS = st.tuples(st.decimals(min_value=-1000, max_value=1000, places=4).filter(bool), _PRICES)


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
    standing = after(*fills)

    assert standing.quantity == Decimal(quantity)
    assert standing.average_entry_price == (Decimal(entry) if entry else None)


@pytest.mark.parametrize(
    ("fills", "profit"),
    [
        ([("1", "100"), ("3", "200")], "0"),
        ([("4", "100"), ("-1", "300")], "200"),
        ([("-2", "100"), ("1", "70")], "30"),
        ([("1", "100"), ("-3", "90")], "-10"),  # turned round: only what was held is closed
        ([("1", "100"), ("-3", "90"), ("2", "80")], "10"),
        ([("2", "100"), ("-2", "110"), ("1", "50"), ("-1", "49")], "19"),
    ],
)
def test_profit_is_realized_by_what_reduces_the_position(
    fills: list[tuple[str, str]], profit: str
) -> None:
    assert after(*fills).realized_profit == Decimal(profit)


@given(st.lists(_FILLS, min_size=1))
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


@given(st.lists(_FILLS, max_size=30), _PRICES)
def test_realized_and_unrealized_profit_are_what_money_and_holding_say(
    fills: list[tuple[Decimal, Decimal]], price: Decimal
) -> None:
    standing = after(*[(str(quantity), str(paid)) for quantity, paid in fills])

    profit = standing.realized_profit + unrealized_profit(standing, price=price)
    money = -sum((quantity * paid for quantity, paid in fills), Decimal(0))
    assert abs(profit - (money + standing.quantity * price)) < Decimal("1e-12")


@given(
    st.lists(
        st.tuples(st.decimals(min_value="0.0001", max_value=1000, places=4), _PRICES),
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
