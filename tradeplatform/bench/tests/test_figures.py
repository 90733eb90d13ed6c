"""What a benchmark judges, and how it shows it."""

import pytest

from tradeplatform.bench.figures import Figure, table


@pytest.mark.parametrize(
    ("value", "bounds", "is_met"),
    [
        (1, {}, True),
        (3, {"at_least": 3}, True),
        (2.9, {"at_least": 3}, False),
        (1, {"at_most": 1}, True),
        (1.1, {"at_most": 1}, False),
    ],
)
def test_a_figure_keeps_its_bounds_or_does_not(
    value: float, bounds: dict[str, float], is_met: bool
) -> None:
    assert Figure(name="x", value=value, unit="", **bounds).is_met is is_met


def test_an_aim_is_not_judged() -> None:
    figure = Figure(name="x", value=31.5, unit="ms", aim=10)

    assert figure.is_met
    assert figure.mark == "not reached"


def test_the_table_tells_target_and_verdict_beside_the_value() -> None:
    figures = [
        Figure(name="a round", value=943.4, unit="ms"),
        Figure(name="calls", value=1, unit="per account", at_most=1),
        Figure(name="ratio", value=2.04, unit="times", at_least=3),
        Figure(name="last order", value=31.5, unit="ms", aim=10),
    ]

    assert table(figures).splitlines() == [
        "            measured               target",
        "a round          943  ms",
        "calls              1  per account  at most 1   ok",
        "ratio            2.0  times        at least 3  MISSED",
        "last order      31.5  ms           aim 10      not reached",
    ]
