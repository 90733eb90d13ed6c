"""More at the exchange, or in our books, than anybody asked for is called doubled."""

from dataclasses import replace
from decimal import Decimal

from tradeplatform.soak.comparing.cases import Case, Kind
from tradeplatform.soak.comparing.judging import judge
from tradeplatform.soak.ledgers import OurSignal
from tradeplatform.soak.tests.books import (
    AT_VENUE,
    EXECUTION,
    FIRST,
    ORDER,
    POSITION,
    PROMISE,
    SECOND,
    SIGNAL,
    UNFILLED,
    UNFILLED_AT_VENUE,
    ours,
    resting,
    venue,
)

EMPTY_SIGNAL = OurSignal("s5", "one", "")


def doubled(sentence: str) -> Case:
    return Case(Kind.DOUBLED, sentence)


def test_alert_with_an_id_that_became_two_signals_is_doubled() -> None:
    promise = replace(PROMISE, alert_id="x", asked=())
    signals = [OurSignal("s0", "one", "x"), OurSignal("s5", "one", "x")]
    books = ours(signals=signals, orders=[], executions=[], positions=[])

    (case,) = judge([promise], books, venue(orders=[], executions=[]))

    assert case.kind is Kind.DOUBLED
    assert case.sentence.startswith("alert 0 became 2 signals: ")


def test_refused_alert_that_became_a_signal_is_doubled() -> None:
    promise = replace(PROMISE, alert_id="x", signal_ids=frozenset(), is_refused=True, asked=())
    books = ours(signals=[OurSignal("s0", "one", "x")], orders=[], executions=[], positions=[])

    cases = judge([promise], books, venue(orders=[], executions=[]))

    assert cases == [doubled("alert 0 was refused and became signal s0")]


def test_signal_that_no_alert_can_be_is_doubled() -> None:
    cases = judge([PROMISE], ours(signals=[SIGNAL, EMPTY_SIGNAL]), venue())

    assert cases == [doubled("one has 1 signals more than alerts that may have become one")]


def test_signal_of_an_alert_whose_answer_never_came_is_nothing_strange() -> None:
    unanswered = replace(PROMISE, number=1, signal_ids=frozenset())

    cases = judge([PROMISE, unanswered], ours(signals=[SIGNAL, EMPTY_SIGNAL]), venue())

    assert cases == []


def test_order_that_its_alert_did_not_ask_for_is_doubled() -> None:
    again = replace(
        UNFILLED, order_id=2, intent_index=1, client_order_id=SECOND, venue_order_id="12"
    )
    found = replace(UNFILLED_AT_VENUE, client_order_id=SECOND, venue_order_id="12")

    cases = judge([PROMISE], ours(orders=[ORDER, again]), venue(orders=[AT_VENUE, found]))

    assert cases == [doubled(f"alert 0 did not ask for order {SECOND} on A")]


def test_order_on_an_account_that_was_not_meant_is_doubled() -> None:
    elsewhere = replace(UNFILLED, account="B")

    cases = judge([PROMISE], **resting(elsewhere, replace(UNFILLED_AT_VENUE, account="B")))

    assert doubled(f"alert 0 did not ask for order {FIRST} on B") in cases


def test_same_client_order_id_twice_at_the_exchange_is_doubled() -> None:
    again = replace(UNFILLED_AT_VENUE, venue_order_id="12")

    cases = judge([PROMISE], ours(), venue(orders=[AT_VENUE, again]))

    assert cases == [doubled(f"order {FIRST} is 2 at the exchange: {FIRST}, {FIRST}")]


def test_send_repeated_under_another_id_is_doubled() -> None:
    """The answer to the second send gave our row the second order's id at the exchange."""
    again = replace(AT_VENUE, client_order_id=SECOND, venue_order_id="12")
    order = replace(ORDER, venue_order_id="12")

    cases = judge([PROMISE], ours(orders=[order]), venue(orders=[AT_VENUE, again]))

    assert doubled(f"order {FIRST} is 2 at the exchange: {FIRST}, {SECOND}") in cases
    assert doubled(f"order {FIRST} filled 4 with its replacements; 2 was asked for") in cases


def test_two_orders_for_one_intent_are_doubled() -> None:
    again = replace(UNFILLED, order_id=2, client_order_id=SECOND, venue_order_id="12")
    found = replace(UNFILLED_AT_VENUE, client_order_id=SECOND, venue_order_id="12")

    cases = judge([PROMISE], ours(orders=[ORDER, again]), venue(orders=[AT_VENUE, found]))

    assert doubled(f"{FIRST} and {SECOND} are the same intent on A") in cases


def test_more_filled_than_the_alert_asked_for_is_doubled() -> None:
    """Whatever our own row says was to be ordered."""
    books = ours(
        orders=[replace(ORDER, quantity=Decimal(3), filled=Decimal(3))],
        executions=[replace(EXECUTION, quantity=Decimal(3))],
        positions=[replace(POSITION, quantity=Decimal("2.998"))],
    )
    records = venue(
        orders=[replace(AT_VENUE, quantity=Decimal(3), filled=Decimal(3))],
        executions=[replace(EXECUTION, quantity=Decimal(3))],
    )

    cases = judge([PROMISE], books, records)

    assert cases == [doubled(f"order {FIRST} filled 3 with its replacements; 2 was asked for")]


def test_replacement_for_more_than_was_left_is_doubled() -> None:
    first = replace(UNFILLED, status="CANCELED", is_expired_by_rule=True)
    child = replace(
        UNFILLED,
        order_id=2,
        attempt=1,
        client_order_id=SECOND,
        venue_order_id="12",
        quantity=Decimal(3),
    )
    found = [
        replace(UNFILLED_AT_VENUE, status="CANCELED"),
        replace(
            UNFILLED_AT_VENUE, client_order_id=SECOND, venue_order_id="12", quantity=Decimal(3)
        ),
    ]

    cases = judge(
        [PROMISE],
        ours(orders=[first, child], executions=[], positions=[]),
        venue(orders=found, executions=[]),
    )

    assert cases == [doubled(f"order {SECOND} asks for more than the 2 that {FIRST} left")]
