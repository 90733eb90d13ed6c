"""What was promised or done, and is nowhere in our books, is called lost."""

from dataclasses import replace
from decimal import Decimal

from accounts.exchange.types import OrderType, Side
from tradeplatform.soak.alerts import Asked
from tradeplatform.soak.comparing.cases import Case, Kind
from tradeplatform.soak.comparing.judging import judge
from tradeplatform.soak.ledgers import OurSignal
from tradeplatform.soak.tests.books import (
    AT_VENUE,
    CANCEL,
    EXECUTION,
    FIRST,
    ORDER,
    POSITION,
    PROMISE,
    SECOND,
    SIGNAL,
    ours,
    resting,
    venue,
)

CANCEL_SIGNAL = OurSignal("s1", "one", "")


def lost(sentence: str) -> Case:
    return Case(Kind.LOST, sentence)


def test_books_that_agree_hold_no_case() -> None:
    assert judge([PROMISE], ours(), venue()) == []


def test_account_without_an_order_or_a_reason_is_lost() -> None:
    promise = replace(PROMISE, accounts=("A", "B"))

    cases = judge([promise], ours(), venue())

    assert cases == [lost("alert 0 on B: no BUY LIMIT BTC was ordered or refused")]


def test_alert_that_was_refused_for_nothing_is_lost() -> None:
    refused = replace(PROMISE, signal_ids=frozenset(), is_refused=True)
    flawed = replace(refused, asked=())

    cases = judge(
        [refused, flawed],
        ours(signals=[], orders=[], executions=[], positions=[]),
        venue(orders=[], executions=[]),
    )

    assert cases == [lost("alert 0 was refused, and nothing is wrong with it")]


def test_denied_order_is_no_loss() -> None:
    denied = replace(ORDER, status="DENIED", filled=Decimal(0), quantity=None, venue_order_id="")
    books = ours(orders=[denied], executions=[], positions=[])

    assert judge([PROMISE], books, venue(orders=[], executions=[])) == []


def test_order_of_another_side_is_not_the_one_asked_for() -> None:
    sale = replace(PROMISE, asked=(Asked("BTC", Side.SELL, OrderType.LIMIT, Decimal(2)),))

    cases = judge([sale], ours(), venue())

    assert lost("alert 0 on A: no SELL LIMIT BTC was ordered or refused") in cases


def test_close_before_a_reversal_may_be_missing() -> None:
    close = Asked("BTC", Side.BUY, OrderType.MARKET, is_optional=True)
    promise = replace(PROMISE, asked=(close, *PROMISE.asked))

    assert judge([promise], ours(), venue()) == []


def test_alert_that_was_never_acknowledged_promises_nothing() -> None:
    unanswered = replace(PROMISE, signal_ids=frozenset())

    books = ours(signals=[], orders=[], executions=[], positions=[])

    assert judge([unanswered], books, venue(orders=[], executions=[])) == []


def test_acknowledged_signal_that_is_not_stored_is_lost() -> None:
    cancel = replace(CANCEL, signal_ids=frozenset({"s9"}))

    assert judge([PROMISE, cancel], ours(), venue()) == [lost("alert 1: there is no signal s9")]


def test_order_of_our_making_without_a_row_is_lost() -> None:
    stranger = replace(AT_VENUE, client_order_id=SECOND, venue_order_id="12")

    cases = judge([PROMISE], ours(), venue(orders=[AT_VENUE, stranger]))

    assert cases == [lost(f"A: order {SECOND} at the exchange is not in our books")]


def test_order_of_somebody_else_is_nobodys_loss() -> None:
    other = replace(AT_VENUE, client_order_id="by-hand", venue_order_id="12")

    assert judge([PROMISE], ours(), venue(orders=[AT_VENUE, other])) == []


def test_stray_order_is_lost() -> None:
    cases = judge([PROMISE], ours(strays=[SECOND]), venue())

    assert cases == [lost(f"order {SECOND} was found at the exchange and belongs to none of ours")]


def test_execution_that_is_not_booked_is_lost() -> None:
    second = replace(EXECUTION, trade_id="t2", fee=Decimal(0), quantity=Decimal("0.5"))
    positions = [replace(POSITION, quantity=Decimal("2.498"))]

    cases = judge([PROMISE], ours(positions=positions), venue(executions=[EXECUTION, second]))

    assert cases == [lost(f"A: execution t2 of {FIRST} is not booked")]


def test_order_that_outlives_its_strategys_cancel_is_lost() -> None:
    books = resting()
    books["ours"] = replace(books["ours"], signals=[SIGNAL, CANCEL_SIGNAL])

    cases = judge([PROMISE, CANCEL], **books)

    assert cases == [lost(f"alert 1 did not cancel order {FIRST}")]


def test_order_placed_after_a_cancel_or_by_another_strategy_may_stay_open() -> None:
    books = resting()
    books["ours"] = replace(books["ours"], signals=[SIGNAL, CANCEL_SIGNAL])
    before = replace(CANCEL, began=0.5)
    of_another = replace(CANCEL, strategy="other")

    assert judge([PROMISE, before], **books) == []
    assert judge([PROMISE, of_another], **books) == []
