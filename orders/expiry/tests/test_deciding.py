"""Which rule acts on an order: by rank, kind, age and price. Pure: no row is stored."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.exchange.types import Book, Level, OrderType, Side
from orders.expiry.deciding import Candidate, Decision, Quote, applies, decide, needs_book
from strategies.models import ExpiryAction, ExpiryRule
from strategies.tests.markets import SPOT

_NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
_RULES = replace(SPOT, price_tick=Decimal("0.5"))


def rule(number: int = 1, **fields: Any) -> ExpiryRule:
    """A rule that cancels what is 30 minutes old, unless told otherwise; not stored."""
    return ExpiryRule(
        **{"pk": number, "rank": number, "action": "CANCEL", "after_seconds": 1800, **fields}
    )


def order(**fields: Any) -> Candidate:
    """A limit order to sell at 108, sent at noon."""
    price = fields.pop("price", Decimal(108))
    return Candidate(
        **{
            "side": Side.SELL,
            "order_type": OrderType.LIMIT,
            "is_close": False,
            "submitted_at": _NOON,
            "limit_price": price,
            "first_limit_price": price,
            **fields,
        }
    )


def ladder(first: int, step: int, count: int = 10) -> tuple[Level, ...]:
    return tuple(Level(Decimal(first + step * number), Decimal(1)) for number in range(count))


def quote(last: str | None = "100.5", *, count: int = 10) -> Quote:
    """Bids at 100, 99, ... 91 and asks at 101, 102, ... 110."""
    book = Book(bids=ladder(100, -1, count), asks=ladder(101, 1, count))
    return Quote(_RULES, None if last is None else Decimal(last), book)


def decided(
    candidate: Candidate, *rules: ExpiryRule, minutes: float = 31, market: Quote | None = None
) -> Decision | None:
    return decide(candidate, rules, quote=market, now=_NOON + timedelta(minutes=minutes))


def acted(decision: Decision | None) -> tuple[int, str] | None:
    return None if decision is None else (decision.rule.rank, decision.action.value)


# --- Which rule ---


def test_the_first_rule_by_rank_whose_condition_is_met_acts() -> None:
    rules = (rule(1, after_seconds=7200), rule(2, action="MARKET"), rule(3))

    assert acted(decided(order(), *rules)) == (2, "MARKET")


def test_a_rule_acts_from_its_very_second_on() -> None:
    assert decided(order(), rule(), minutes=29.99) is None
    assert acted(decided(order(), rule(), minutes=30)) == (1, "CANCEL")


def test_the_reason_names_rule_and_condition() -> None:
    decision = decided(order(), rule(2, action="MARKET", after_seconds=5400), minutes=91)

    assert decision is not None
    assert decision.reason == "rule 2 MARKET: older than 1 h 30 min"


def test_what_is_kept_is_left_alone_by_later_rules() -> None:
    keep = rule(1, action="KEEP", after_seconds=0, purpose="CLOSE")

    assert decided(order(is_close=True), keep, rule(2)) is None
    assert acted(decided(order(), keep, rule(2))) == (2, "CANCEL")


def test_what_may_be_kept_is_not_touched_while_the_price_is_unknown() -> None:
    keep = rule(1, action="KEEP", after_seconds=None, drift_percent=Decimal(5))

    assert decided(order(), keep, rule(2)) is None
    assert acted(decided(order(), keep, rule(2), market=quote("107"))) == (2, "CANCEL")


def test_a_rule_that_has_acted_lets_the_next_one_speak() -> None:
    rules = (rule(1, action="NOTIFY"), rule(2, after_seconds=3600))
    noted = order(acted=frozenset({1}))

    assert decided(noted, *rules) is None
    assert acted(decided(noted, *rules, minutes=60)) == (2, "CANCEL")


@pytest.mark.parametrize(
    ("fields", "is_meant"),
    [
        ({}, True),
        ({"side": "SELL"}, True),
        ({"side": "BUY"}, False),
        ({"order_type": "LIMIT"}, True),
        ({"order_type": "STOP_LIMIT"}, False),
        ({"purpose": "ENTRY"}, True),
        ({"purpose": "CLOSE"}, False),
    ],
)
def test_a_rule_means_a_side_a_type_and_a_purpose(fields: dict[str, Any], is_meant: bool) -> None:
    assert applies(rule(**fields), order()) is is_meant


@pytest.mark.parametrize("order_type", [OrderType.STOP_LIMIT, OrderType.STOP_MARKET])
def test_stops_are_meant_only_by_a_rule_that_names_them(order_type: OrderType) -> None:
    stop = order(order_type=order_type)

    assert not applies(rule(), stop)
    assert applies(rule(order_type=order_type.value), stop)
    assert not applies(rule(order_type=order_type.value, action="REPRICE"), stop)


def test_market_orders_are_never_meant() -> None:
    assert not applies(rule(order_type="MARKET"), order(order_type=OrderType.MARKET))


# --- Prices ---


@pytest.mark.parametrize(
    ("last", "acts"), [("100", False), ("97.3", False), ("97.2", True), ("118.8", True)]
)
def test_a_price_this_far_away_is_met_at_its_very_percent(last: str, acts: bool) -> None:
    drift = rule(after_seconds=None, drift_percent=Decimal(10))

    assert (decided(order(), drift, minutes=0, market=quote(last)) is not None) is acts


@pytest.mark.parametrize(
    ("price", "acts"), [("105.5", True), ("106", False), ("108", False), ("108.5", True)]
)
def test_a_limit_price_outside_the_levels_is_met(price: str, acts: bool) -> None:
    outside = rule(after_seconds=None, is_kept_between_levels=True, level_from=6, level_to=8)
    candidate = order(price=Decimal(price))

    assert (decided(candidate, outside, minutes=0, market=quote()) is not None) is acts


def test_a_book_that_does_not_reach_the_levels_says_nothing() -> None:
    outside = rule(after_seconds=None, is_kept_between_levels=True, level_from=6, level_to=8)

    assert decided(order(price=Decimal(120)), outside, market=quote(count=7)) is None


@pytest.mark.parametrize(
    ("side", "first", "book_side", "levels", "slippage", "target"),
    [
        (Side.SELL, "120", "OWN", (6, 8), "50", "107"),
        (Side.SELL, "120", "OWN", (1, 1), "50", "101"),
        (Side.SELL, "120", "OPPOSITE", (1, 2), "50", "99.5"),
        (Side.BUY, "80", "OWN", (6, 8), "50", "94"),
        (Side.BUY, "80", "OPPOSITE", (1, 1), "50", "101"),
        # 80 and 3.3 %: 82.64, down to the tick of half a unit; 120 less 3.3 %: 116.04, up.
        (Side.BUY, "80", "OWN", (1, 1), "3.3", "82.5"),
        (Side.SELL, "120", "OWN", (1, 1), "3.3", "116.5"),
        # Better than the first price is always allowed.
        (Side.SELL, "90", "OWN", (1, 1), "0", "101"),
        (Side.BUY, "120", "OWN", (1, 1), "0", "100"),
    ],
)
def test_the_new_price_is_the_middle_of_the_levels_within_the_slippage(
    side: Side, first: str, book_side: str, levels: tuple[int, int], slippage: str, target: str
) -> None:
    reprice = rule(
        action="REPRICE",
        book_side=book_side,
        level_from=levels[0],
        level_to=levels[1],
        max_slippage_percent=Decimal(slippage),
    )

    decision = decided(order(side=side, price=Decimal(first)), reprice, market=quote())

    assert decision is not None
    assert (decision.action, decision.limit_price) == (ExpiryAction.REPRICE, Decimal(target))


def test_a_price_that_would_not_change_lets_the_next_rule_speak() -> None:
    best = order(price=Decimal(101))
    reprice = rule(1, action="REPRICE")

    assert decided(best, reprice, market=quote()) is None
    assert acted(decided(best, reprice, rule(2), market=quote())) == (2, "CANCEL")


def test_the_slippage_counts_from_the_first_price_of_the_chain() -> None:
    moved = order(side=Side.BUY, price=Decimal(95), first_limit_price=Decimal(90), attempt=3)
    reprice = rule(action="REPRICE", max_slippage_percent=Decimal(10))

    decision = decided(moved, reprice, market=quote())

    assert decision is not None
    assert decision.limit_price == Decimal(99)


def test_after_the_last_replacement_there_is_a_note() -> None:
    reprice = rule(action="REPRICE", max_replacements=2, max_slippage_percent=Decimal(50))

    assert acted(decided(order(attempt=1), reprice, market=quote())) == (1, "REPRICE")
    assert acted(decided(order(attempt=2), reprice, market=quote())) == (1, "NOTIFY")


def test_a_book_is_read_only_when_a_price_may_be_chosen() -> None:
    young, old = _NOON + timedelta(minutes=1), _NOON + timedelta(minutes=30)
    reprice = rule(action="REPRICE")

    assert not needs_book(reprice, order(), now=young)
    assert needs_book(reprice, order(), now=old)
    assert not needs_book(rule(), order(), now=old)
