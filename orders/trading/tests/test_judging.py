"""What a flatten does next about a position."""

from datetime import timedelta
from decimal import Decimal

import pytest

from orders.trading.judging import Held, Tries, Verdict, judge
from strategies.tests.rows import NOON

LONG = Held(Decimal(1), is_spot=False, changed_at=NOON - timedelta(hours=1))
GREW = Held(Decimal(1), is_spot=False, changed_at=NOON)
SPOT_SHORT = Held(Decimal(-1), is_spot=True, changed_at=NOON)
SHORT = Held(Decimal(-1), is_spot=False, changed_at=NOON)
CLOSES = Verdict(closes_now=True)


def tries(count: int, code: str = "", *, seconds_ago: int = 0) -> Tries:
    return Tries(count, NOON - timedelta(seconds=seconds_ago), code, "why" if code else "")


@pytest.mark.parametrize(
    ("held", "tried", "is_moving", "verdict"),
    [
        (LONG, Tries(), False, CLOSES),
        (LONG, Tries(), True, Verdict(note="waits for an order in this symbol to end")),
        (LONG, tries(1), False, CLOSES),
        (LONG, tries(1, "INTERRUPTED", seconds_ago=1), False, Verdict(note="is tried again: why")),
        (LONG, tries(1, "INTERRUPTED", seconds_ago=2), False, CLOSES),
        (LONG, tries(3, "INTERRUPTED", seconds_ago=7), False, Verdict(note="is tried again: why")),
        (LONG, tries(3, "INTERRUPTED", seconds_ago=8), False, CLOSES),
        (
            LONG,
            tries(5, "INTERRUPTED", seconds_ago=99),
            False,
            Verdict(is_over=True, note="not closed after 5 tries: why"),
        ),
        (
            LONG,
            tries(5),
            False,
            Verdict(is_over=True, note="not closed after 5 tries: closes left a rest"),
        ),
        (
            LONG,
            tries(1, "NO_LONG_POSITION"),
            False,
            Verdict(is_over=True, is_harmless=True, note="less than the exchange trades is left"),
        ),
        (
            SPOT_SHORT,
            Tries(),
            False,
            Verdict(is_over=True, note="sold more than it bought; nothing is there to sell"),
        ),
        (SHORT, Tries(), False, CLOSES),
        (GREW, tries(1, "NO_LONG_POSITION", seconds_ago=9), False, CLOSES),
    ],
)
def test_one_close_at_a_time_a_few_times_and_never_in_a_hurry(
    held: Held, tried: Tries, *, is_moving: bool, verdict: Verdict
) -> None:
    assert judge(held, tried, is_moving=is_moving, now=NOON) == verdict
