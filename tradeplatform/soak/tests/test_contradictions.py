"""What we say and the exchange does not is called unexplained, what accounts hold beside, drift."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tradeplatform.soak.comparing.cases import Case, Kind
from tradeplatform.soak.comparing.judging import judge
from tradeplatform.soak.tests.books import (
    AT_VENUE,
    EXECUTION,
    FIRST,
    ORDER,
    POSITION,
    PROMISE,
    UNFILLED,
    UNFILLED_AT_VENUE,
    ours,
    resting,
    venue,
)


def unexplained(sentence: str) -> Case:
    return Case(Kind.UNEXPLAINED, sentence)


def test_order_that_ended_here_and_is_open_there_is_unexplained() -> None:
    ended = replace(UNFILLED, status="CANCELED", canceled_by="one")

    cases = judge([PROMISE], **resting(ended))

    said = f"order {FIRST} on A is CANCELED here and ACCEPTED at the exchange"
    assert cases == [unexplained(said)]


def test_order_that_only_reduces_may_be_cut_to_what_there_is() -> None:
    """The exchange calls it filled, we call it canceled with a part filled."""
    cut = replace(ORDER, status="CANCELED", quantity=Decimal(3))

    said = f"order {FIRST} on A is CANCELED here"
    assert judge([PROMISE], ours(orders=[replace(cut, reduce_only=True)]), venue()) == []
    assert judge([PROMISE], ours(orders=[cut]), venue()) == [
        unexplained(f"{said} and FILLED at the exchange"),
        unexplained(f"{said} for 3, at the exchange for 2"),
    ]


@pytest.mark.parametrize("status", ["DENIED", "REJECTED"])
def test_refused_order_that_exists_there_is_unexplained(status: str) -> None:
    cases = judge([PROMISE], **resting(replace(UNFILLED, status=status)))

    said = f"order {FIRST} on A is {status} here and ACCEPTED at the exchange"
    assert cases == [unexplained(said)]


@pytest.mark.parametrize("status", ["INITIALIZED", "SUBMITTED", "PENDING_CANCEL"])
def test_order_whose_end_is_unknown_at_rest_is_unexplained(status: str) -> None:
    cases = judge([PROMISE], **resting(replace(UNFILLED, status=status)))

    said = f"order {FIRST} on A is {status} here: its end is still unknown"
    assert cases == [unexplained(said)]


def test_order_that_was_never_there_is_unexplained() -> None:
    cases = judge([PROMISE], ours(), venue(orders=[]))

    said = f"order {FIRST} on A is FILLED here and was never at the exchange"
    assert unexplained(said) in cases


def test_other_filled_quantity_is_unexplained() -> None:
    half = replace(AT_VENUE, filled=Decimal(1))

    cases = judge([PROMISE], ours(), venue(orders=[half]))

    said = f"order {FIRST} on A is FILLED here with 2 filled, at the exchange 1"
    assert cases == [unexplained(said)]


def test_other_quantity_is_unexplained() -> None:
    less = replace(UNFILLED_AT_VENUE, quantity=Decimal(1))

    cases = judge([PROMISE], **resting(found=less))

    said = f"order {FIRST} on A is ACCEPTED here for 2, at the exchange for 1"
    assert cases == [unexplained(said)]


def test_other_id_is_unexplained() -> None:
    cases = judge([PROMISE], **resting(found=replace(UNFILLED_AT_VENUE, venue_order_id="12")))

    said = f"order {FIRST} on A is ACCEPTED here as 11, at the exchange as 12"
    assert cases == [unexplained(said)]


@pytest.mark.parametrize(("canceled_by", "named"), [("other", "other"), ("", "nobody")])
def test_cancel_that_the_own_strategy_did_not_want_is_unexplained(
    canceled_by: str, named: str
) -> None:
    order = replace(UNFILLED, status="CANCELED", canceled_by=canceled_by)

    cases = judge([PROMISE], **resting(order, replace(UNFILLED_AT_VENUE, status="CANCELED")))

    assert cases == [unexplained(f"order {FIRST} of one was canceled for {named}")]


def test_cancel_by_the_own_strategy_or_its_rule_is_explained() -> None:
    gone = replace(UNFILLED_AT_VENUE, status="CANCELED")
    by_alert = replace(UNFILLED, status="CANCELED", canceled_by="one")
    by_rule = replace(UNFILLED, status="CANCELED", is_expired_by_rule=True)

    assert judge([PROMISE], **resting(by_alert, gone)) == []
    assert judge([PROMISE], **resting(by_rule, gone)) == []


def test_execution_that_never_was_is_unexplained() -> None:
    cases = judge([PROMISE], ours(positions=[]), venue(executions=[]))

    assert cases == [unexplained("A: execution t1 is in our books and never was")]


def test_execution_booked_twice_is_unexplained() -> None:
    cases = judge([PROMISE], ours(executions=[EXECUTION, EXECUTION]), venue())

    assert cases == [unexplained("A: execution t1 is booked twice")]


def test_execution_on_other_terms_is_unexplained() -> None:
    free = replace(EXECUTION, fee=Decimal(0))

    cases = judge([PROMISE], ours(executions=[free]), venue())

    said = "A: execution t1 is 2 at 100, fee none in our books, "
    assert cases == [unexplained(f"{said}at the exchange 2 at 100, fee 0.002 BTC")]


def test_position_that_is_not_the_sum_of_executions_is_unexplained() -> None:
    cases = judge([PROMISE], ours(positions=[replace(POSITION, quantity=Decimal(2))]), venue())

    assert cases == [unexplained("one on A holds 2 BTCUSDT, executed 1.998")]


def test_call_for_a_person_is_unexplained() -> None:
    cases = judge([PROMISE], ours(orders=[replace(ORDER, needs_attention=True)]), venue())

    assert cases == [unexplained(f"order {FIRST} on A waits for a person")]


def test_drift_is_told_as_it_was_found() -> None:
    cases = judge([PROMISE], ours(drifts=["A SPOT BTC: 1 beside positions, 0 accepted"]), venue())

    assert cases == [Case(Kind.DRIFT, "A SPOT BTC: 1 beside positions, 0 accepted")]
