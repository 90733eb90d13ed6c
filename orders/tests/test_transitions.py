"""The states: which moves there are, and where a venue's report leads."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.exchange.types import ReportStatus
from orders.transitions import (
    CLOSED,
    OPEN,
    TRANSITIONS,
    OrderStatus,
    is_allowed,
    status_after_report,
)

_S = OrderStatus
_R = ReportStatus


def after(
    current: OrderStatus, reported: ReportStatus, *, filled: str = "0", told: str | None = None
) -> OrderStatus:
    """Where a report on an order for 1 leads; the venue tells as much as was booked or `told`."""
    return status_after_report(
        current=current,
        quantity=Decimal(1),
        filled_quantity=Decimal(filled),
        venue_filled_quantity=Decimal(told or filled),
        reported=reported,
    )


def test_every_state_is_open_or_closed_and_has_its_row() -> None:
    assert set(OrderStatus) == OPEN | CLOSED == set(TRANSITIONS)
    assert not OPEN & CLOSED


def test_a_closed_order_only_ever_moves_to_filled() -> None:
    assert {state: TRANSITIONS[state] for state in CLOSED if TRANSITIONS[state]} == {
        _S.CANCELED: {_S.FILLED},
        _S.EXPIRED: {_S.FILLED},
    }


@pytest.mark.parametrize("state", sorted(OPEN))
def test_every_open_order_can_end(state: OrderStatus) -> None:
    assert TRANSITIONS[state] & CLOSED


@pytest.mark.parametrize(
    ("current", "following"),
    [
        (_S.INITIALIZED, _S.ACCEPTED),  # nothing reaches a venue before it is SUBMITTED
        (_S.INITIALIZED, _S.FILLED),
        (_S.ACCEPTED, _S.SUBMITTED),
        (_S.ACCEPTED, _S.DENIED),  # it was sent
        (_S.PARTIALLY_FILLED, _S.ACCEPTED),  # fills do not go away
        (_S.PARTIALLY_FILLED, _S.REJECTED),
        (_S.PENDING_CANCEL, _S.ACCEPTED),  # the wish stays
        (_S.REJECTED, _S.FILLED),
        (_S.DENIED, _S.SUBMITTED),
        (_S.FILLED, _S.CANCELED),
        (_S.CANCELED, _S.EXPIRED),
    ],
)
def test_there_is_no_such_move(current: OrderStatus, following: OrderStatus) -> None:
    assert not is_allowed(current, following)


@pytest.mark.parametrize("state", sorted(OrderStatus))
def test_staying_is_always_allowed(state: OrderStatus) -> None:
    assert is_allowed(state, state)


@pytest.mark.parametrize(
    ("situation", "reported", "filled", "following"),
    [
        ("resting", _R.OPEN, "0", _S.ACCEPTED),
        ("resting, filled in part", _R.OPEN, "0.4", _S.PARTIALLY_FILLED),
        ("Binance MARKET or IOC that filled in part: EXPIRED", _R.EXPIRED, "0.4", _S.EXPIRED),
        ("Binance CANCELED with executedQty", _R.CANCELED, "0.4", _S.CANCELED),
        ("Bybit PartiallyFilledCanceled reads closed", _R.CLOSED, "0.4", _S.CANCELED),
        ("Upbit market buy: cancel after the full fill", _R.CANCELED, "1", _S.FILLED),
        ("closed without a fill", _R.CLOSED, "0", _S.CANCELED),
        ("an answer without a status (OKX, Bybit, KuCoin)", _R.UNKNOWN, "0", _S.ACCEPTED),
        ("a word nobody knows (Upbit watch, prevented)", _R.UNKNOWN, "0.4", _S.PARTIALLY_FILLED),
        ("a word nobody knows beside full fills", _R.UNKNOWN, "1", _S.FILLED),
        ("Bitget fail_trigger, Hyperliquid *Rejected", _R.REJECTED, "0", _S.REJECTED),
        ("rejected, yet filled in part", _R.REJECTED, "0.4", _S.CANCELED),
        ("more than asked for", _R.OPEN, "1.1", _S.FILLED),
    ],
)
@pytest.mark.parametrize("current", [_S.SUBMITTED, _S.ACCEPTED])
def test_fills_decide_and_the_venues_word_only_tells_the_rest(
    situation: str,
    reported: ReportStatus,
    filled: str,
    following: OrderStatus,
    current: OrderStatus,
) -> None:
    """EXCHANGE_FACTS section 4."""
    assert after(current, reported, filled=filled) == following, situation


@pytest.mark.parametrize("reported", sorted(_R))
def test_full_at_the_venue_is_not_filled_before_its_fills_are_read(reported: ReportStatus) -> None:
    assert after(_S.SUBMITTED, reported, filled="0.4", told="1") == _S.PARTIALLY_FILLED
    assert after(_S.PENDING_CANCEL, reported, filled="0.4", told="1") == _S.PENDING_CANCEL
    assert after(_S.PARTIALLY_FILLED, reported, filled="1", told="1") == _S.FILLED


def test_fills_that_are_told_but_not_read_are_fills() -> None:
    assert after(_S.SUBMITTED, _R.OPEN, told="0.4") == _S.PARTIALLY_FILLED
    assert after(_S.SUBMITTED, _R.REJECTED, told="0.4") == _S.CANCELED


@pytest.mark.parametrize(
    ("reported", "filled", "following"),
    [
        (_R.OPEN, "0", _S.PENDING_CANCEL),  # Upbit's answer to a cancel still says wait
        (_R.UNKNOWN, "0.4", _S.PENDING_CANCEL),
        (_R.CANCELED, "0.4", _S.CANCELED),
        (_R.CLOSED, "1", _S.FILLED),  # the fill won
        (_R.EXPIRED, "0", _S.EXPIRED),
        (_R.REJECTED, "0", _S.REJECTED),  # asked for while the send was under way
    ],
)
def test_a_cancel_stays_asked_for_until_the_venue_tells_an_end(
    reported: ReportStatus, filled: str, following: OrderStatus
) -> None:
    assert after(_S.PENDING_CANCEL, reported, filled=filled) == following


@pytest.mark.parametrize("current", [_S.DENIED, _S.REJECTED, _S.FILLED])
@pytest.mark.parametrize("reported", sorted(_R))
@pytest.mark.parametrize("filled", ["0", "0.4", "1"])
def test_no_report_moves_an_order_that_ended_for_good(
    current: OrderStatus, reported: ReportStatus, filled: str
) -> None:
    assert after(current, reported, filled=filled) == current


@pytest.mark.parametrize("current", [_S.CANCELED, _S.EXPIRED])
@pytest.mark.parametrize("reported", sorted(_R))
def test_only_the_fill_that_completes_it_moves_a_canceled_order(
    current: OrderStatus, reported: ReportStatus
) -> None:
    assert after(current, reported, filled="0.9") == current
    assert after(current, reported, filled="1") == _S.FILLED


@dataclass(frozen=True, slots=True)
class Told:
    """A report of one story: the venue's word and total, and how many of its fills it lists."""

    word: ReportStatus
    total: int
    listed: int


@st.composite
def stories(draw: st.DrawFn) -> list[Told]:
    """Reports of one order for 10 that agree with each other, in the order of events."""
    totals = sorted(draw(st.sets(st.integers(1, 10), max_size=4)) | {0})
    filled = totals[-1]
    end = draw(st.sampled_from([_R.CLOSED, _R.CANCELED, _R.EXPIRED, _R.REJECTED, _R.OPEN]))
    while_open = st.sampled_from([_R.OPEN, _R.UNKNOWN])
    reports = [Told(draw(while_open), total, draw(st.sampled_from([0, total]))) for total in totals]
    lists = st.sets(st.sampled_from([0, filled]), min_size=1)
    ends = [Told(end, filled, listed) for listed in draw(lists)]
    return reports + ends


def carried_out(reports: list[Told]) -> OrderStatus:
    """The status that the reports lead to, one after the other, as the lifecycle applies them."""
    status, booked, told = _S.SUBMITTED, 0, 0
    for report in reports:
        booked = max(booked, report.listed)
        told = max(told, report.total, booked)
        status = status_after_report(
            current=status,
            quantity=Decimal(10),
            filled_quantity=Decimal(booked),
            venue_filled_quantity=Decimal(told),
            reported=report.word,
        )
    return status


@settings(max_examples=500)
@given(reports=stories(), data=st.data())
def test_reports_in_any_order_end_in_the_same_status(
    reports: list[Told], data: st.DataObject
) -> None:
    """INV-5, also for reports that tell of fills without listing them and for late rejections."""
    again = data.draw(st.lists(st.sampled_from(reports), max_size=3))

    shuffled = data.draw(st.permutations(reports + again))

    assert carried_out(shuffled) == carried_out(reports)
