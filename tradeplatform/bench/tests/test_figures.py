"""What a benchmark judges, and how it shows it."""

import pytest

from tradeplatform.bench.figures import Figure


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


def test_what_must_be_so_much_exactly_says_so() -> None:
    assert Figure(name="lost", value=0, unit="orders", at_least=0, at_most=0).bound == "exactly 0"
