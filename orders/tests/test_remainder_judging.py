"""What counts as the owner's own, as a fill under way, and as drift."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from orders.remainders.judging import Look, Verdict, first_verdict, next_verdict
from strategies.tests.rows import NOON

_LATER = NOON + timedelta(minutes=1)
_EQUAL = Verdict(Decimal(0))
_DIFFERS = Verdict(Decimal(0), differs_since=NOON)
_DRIFTED = Verdict(Decimal(0), differs_since=NOON, drifted_at=NOON)


def look(held: str, of_strategies: str = "1", *, orders: bool = False, short: bool = False) -> Look:
    """A look at a coin that is traded in steps of 0.01."""
    return Look(
        held=Decimal(held),
        of_strategies=Decimal(of_strategies),
        step=Decimal("0.01"),
        has_open_orders=orders,
        may_be_short=short,
    )


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (look("1"), Verdict(Decimal(0))),
        (look("3.5"), Verdict(Decimal("2.5"))),
        (look("0.995"), Verdict(Decimal("-0.005"))),  # less than a step
        (look("0.5"), Verdict(Decimal(0), differs_since=NOON, drifted_at=NOON)),
        (look("-2", short=True), Verdict(Decimal(-3))),
        (look("3.5", orders=True), None),  # an order of ours may have bought some of it
        (look("0.5", orders=True), None),
        (look("1", orders=True), Verdict(Decimal(0))),
    ],
)
def test_what_is_found_first_is_the_owners_unless_it_is_missing(
    found: Look, verdict: Verdict | None
) -> None:
    assert first_verdict(found, now=NOON) == verdict


@pytest.mark.parametrize(
    ("known", "found", "verdict"),
    [
        (_EQUAL, look("1"), _EQUAL),
        (_EQUAL, look("1.009"), _EQUAL),
        (_EQUAL, look("1.01"), Verdict(Decimal(0), differs_since=_LATER)),
        (_DIFFERS, look("1.5"), replace(_DIFFERS, drifted_at=_LATER)),
        (_DIFFERS, look("1.7"), replace(_DIFFERS, drifted_at=_LATER)),
        (_DIFFERS, look("1"), _EQUAL),
        (_DRIFTED, look("1.7"), _DRIFTED),
        (_DRIFTED, look("1"), _EQUAL),
        # With open orders only the same difference counts, here that of half a coin.
        (_DIFFERS, look("1.5", orders=True), replace(_DIFFERS, drifted_at=_LATER)),
        (_DIFFERS, look("1.7", orders=True), Verdict(Decimal(0), differs_since=_LATER)),
    ],
)
def test_different_twice_is_drift_and_equal_again_clears_it(
    known: Verdict, found: Look, verdict: Verdict
) -> None:
    assert next_verdict(known, found, last_found=Decimal("0.5"), now=_LATER) == verdict


def test_two_checks_at_once_are_one_look() -> None:
    soon = NOON + timedelta(seconds=29)

    verdict = next_verdict(_DIFFERS, look("1.5"), last_found=Decimal("0.5"), now=soon)

    assert verdict == _DIFFERS


def test_of_a_big_holding_the_last_digits_do_not_matter() -> None:
    found = look("10000000000.05", "10000000000")

    assert next_verdict(_EQUAL, found, last_found=Decimal(0), now=NOON) == _EQUAL
