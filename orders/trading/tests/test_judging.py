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


def tries(in_vain: int, code: str = "", *, count: int = 9, seconds_ago: int = 0) -> Tries:
    last_at = NOON - timedelta(seconds=seconds_ago)
    return Tries(count, in_vain, last_at, code, "why" if code else "")


def unasked(times: int, *, seconds_ago: int) -> Tries:
    last_at = NOON - timedelta(seconds=seconds_ago)
    return Tries(0, 0, last_at, "VENUE_PAUSED", "why", unasked=times)


@pytest.mark.parametrize(
    ("held", "tried", "is_taken", "verdict"),
    [
        (LONG, Tries(), False, CLOSES),
        (LONG, Tries(), True, Verdict(note="waits for an order that may close it to end")),
        (LONG, tries(0), False, CLOSES),
        (
            LONG,
            tries(1, "INSUFFICIENT_FUNDS", seconds_ago=1),
            False,
            Verdict(note="is tried again: why"),
        ),
        (LONG, tries(1, "INSUFFICIENT_FUNDS", seconds_ago=2), False, CLOSES),
        (
            LONG,
            tries(3, "INSUFFICIENT_FUNDS", seconds_ago=7),
            False,
            Verdict(note="is tried again: why"),
        ),
        (LONG, tries(3, "INSUFFICIENT_FUNDS", seconds_ago=8), False, CLOSES),
        (
            LONG,
            tries(5, "INSUFFICIENT_FUNDS", seconds_ago=99),
            False,
            Verdict(is_over=True, note="not closed after 9 tries: why"),
        ),
        (LONG, unasked(9, seconds_ago=31), False, Verdict(note="is tried again: why")),
        (LONG, unasked(9, seconds_ago=32), False, CLOSES),
        (LONG, tries(1, "TRADING_HALTED"), False, Verdict(is_over=True, note="why")),
        (
            LONG,
            tries(0, count=30),
            False,
            Verdict(is_over=True, note="not closed after 30 tries: closes left a rest"),
        ),
        (
            LONG,
            tries(5),
            False,
            Verdict(is_over=True, note="not closed after 9 tries: closes left a rest"),
        ),
        (
            LONG,
            tries(1, "NO_LONG_POSITION"),
            False,
            Verdict(
                is_over=True,
                is_harmless=True,
                note="too little to be sold, the exchange trades no less; it stays and counts as "
                "flat",
            ),
        ),
        (
            SHORT,
            tries(1, "NO_SHORT_POSITION"),
            False,
            Verdict(
                is_over=True,
                is_harmless=True,
                note="too little to be bought back, the exchange trades no less; it stays and "
                "counts as flat",
            ),
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
    held: Held, tried: Tries, *, is_taken: bool, verdict: Verdict
) -> None:
    assert judge(held, tried, is_taken=is_taken, now=NOON) == verdict
