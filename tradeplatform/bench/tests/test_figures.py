"""What a benchmark judges, and how it shows it."""

import pytest

from tradeplatform.bench.figures import Figure, quantile, tail


@pytest.mark.parametrize(
    ("number", "share", "rank"),
    [
        (1, 0.5, 1),
        (4, 0.5, 2),
        (5, 0.5, 3),
        (20, 0.95, 19),
        (21, 0.95, 20),
        (100, 0.99, 99),
        (300, 0.99, 297),
        (301, 0.99, 298),
    ],
)
def test_a_quantile_is_the_value_of_the_nearest_rank(number: int, share: float, rank: int) -> None:
    values = list(range(number, 0, -1))

    assert quantile(values, share) == rank


def test_fewer_than_a_hundred_values_have_a_longest_and_no_p99() -> None:
    assert tail(list(range(1, 100))) == ("longest of 99", 99)
    assert tail(list(range(1, 101))) == ("p99", 99)


@pytest.mark.parametrize(
    ("value", "at_least", "at_most", "is_met"),
    [
        (1, None, None, True),
        (3, 3, None, True),
        (2.9, 3, None, False),
        (1, None, 1, True),
        (1.1, None, 1, False),
    ],
)
def test_a_figure_keeps_its_bounds_or_does_not(
    value: float, at_least: float | None, at_most: float | None, is_met: bool
) -> None:
    figure = Figure(name="x", value=value, unit="", at_least=at_least, at_most=at_most)

    assert figure.is_met is is_met


def test_an_aim_is_not_judged() -> None:
    figure = Figure(name="x", value=31.5, unit="ms", aim=10)

    assert figure.is_met
    assert figure.mark == "not reached"


@pytest.mark.parametrize(("value", "told"), [(1.04, "1.04 ms"), (1.2, "1.2 ms"), (1, "1 ms")])
def test_what_just_misses_its_aim_does_not_look_like_it(value: float, told: str) -> None:
    assert Figure(name="x", value=value, unit="ms", aim=1).told == told


def test_what_must_be_so_much_exactly_says_so() -> None:
    figure = Figure(name="sent", value=9, unit="orders", at_least=9, at_most=9)

    assert figure.bound == "exactly 9 orders"
