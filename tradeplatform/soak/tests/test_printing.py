"""The verdict of a soak, as it is told."""

from dataclasses import replace

from tradeplatform.soak.arguments import Wanted
from tradeplatform.soak.ledgers import Promise
from tradeplatform.soak.printing import Result, told
from tradeplatform.soak.tests.books import AT_VENUE, PROMISE, ours, venue


def result(*, promises: list[Promise], orders_at_venue: int) -> Result:
    return Result(
        wanted=Wanted(alerts=len(promises), seed=1, settle_seconds=1),
        promises=promises,
        requests=len(promises),
        ours=ours(),
        venue=venue(orders=[AT_VENUE] * orders_at_venue),
        cases=[],
        left=[],
        happened={},
        settled_after_seconds=1,
    )


def last_line(soaked: Result) -> str:
    return told(soaked).splitlines()[-1]


def test_nothing_lost_or_doubled_of_what_was_traded_has_passed() -> None:
    soaked = result(promises=[PROMISE] * 10, orders_at_venue=1)

    assert soaked.is_clean
    assert last_line(soaked) == "PASSED: nothing was lost, doubled or left unexplained"


def test_platform_that_denied_nearly_everything_has_proved_nothing() -> None:
    soaked = result(promises=[PROMISE] * 11, orders_at_venue=1)

    assert not soaked.is_clean
    assert last_line(soaked) == "FAILED: too few orders reached the exchange to prove anything"


def test_platform_that_never_answered_has_proved_nothing() -> None:
    silent = replace(PROMISE, signal_ids=frozenset())

    assert not result(promises=[silent], orders_at_venue=0).is_clean
