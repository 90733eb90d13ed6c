"""What a signal's sender is told about each order of each account."""

from typing import Any

import pytest

from accounts.tests.rows import make_account
from orders.models import Dispatch
from orders.results import ResultRow, is_settled, results_of
from orders.tests.rows import make_denied, make_dispatch, make_order
from strategies.models import Signal, Subscription
from strategies.tests.rows import NOON, make_signal, subscribe

pytestmark = pytest.mark.django_db

_UNANSWERED = {"status": "SUBMITTED", "venue_order_id": "", "answered_at": None}


def test_a_row_tells_all_there_is_to_an_order(subscription: Subscription, signal: Signal) -> None:
    order = make_order(subscription, signal, venue_order_id="77")

    assert results_of(signal.pk).rows == [
        ResultRow(
            account_id=subscription.account_id,
            account_name="A1",
            symbol="BTC/USDT",
            side="BUY",
            is_close=False,
            state="success",
            order_status="ACCEPTED",
            venue_order_id="77",
            client_order_id=order.client_order_id,
            error_code="",
            error_message="",
            known_as=frozenset({"77", order.client_order_id}),
        )
    ]


@pytest.mark.parametrize(
    ("fields", "state", "code"),
    [
        ({"status": "INITIALIZED", "submitted_at": None, "answered_at": None}, "pending", ""),
        (_UNANSWERED, "pending", ""),
        ({**_UNANSWERED, "outcome_unknown_since": NOON}, "pending", "OUTCOME_UNKNOWN"),
        ({"status": "ACCEPTED"}, "success", ""),
        ({"status": "PARTIALLY_FILLED"}, "success", ""),
        ({"status": "PENDING_CANCEL"}, "success", ""),  # placed; another signal cancels it
        ({"status": "CANCELED", "closed_at": NOON}, "success", ""),
        ({"status": "EXPIRED", "closed_at": NOON}, "success", ""),
        (
            {"status": "REJECTED", "closed_at": NOON, "error_code": "INSUFFICIENT_FUNDS"},
            "failed",
            "INSUFFICIENT_FUNDS",
        ),
    ],
)
def test_a_placed_order_succeeds_once_the_venue_has_it(
    subscription: Subscription, signal: Signal, fields: dict[str, Any], state: str, code: str
) -> None:
    make_order(subscription, signal, **{"venue_order_id": "", **fields})

    (row,) = results_of(signal.pk).rows

    assert (row.state, row.order_status, row.error_code) == (state, fields["status"], code)
    assert bool(row.error_message) == (code == "OUTCOME_UNKNOWN")


def test_a_denied_order_tells_its_reason(subscription: Subscription, signal: Signal) -> None:
    make_denied(subscription, signal)

    (row,) = results_of(signal.pk).rows

    assert (row.state, row.order_status) == ("failed", "DENIED")
    assert (row.error_code, row.error_message) == (
        "BELOW_MINIMUM",
        "0.00001 BTC is below the minimum 0.0001",
    )


@pytest.mark.parametrize(
    ("fields", "is_settled", "state", "code"),
    [
        ({"status": "PENDING_CANCEL"}, False, "pending", ""),
        ({"status": "PENDING_CANCEL"}, True, "pending", "CANCEL_NOT_CONFIRMED"),
        ({"status": "CANCELED", "closed_at": NOON}, True, "success", ""),
        ({"status": "EXPIRED", "closed_at": NOON}, True, "success", ""),
        (
            {"status": "FILLED", "closed_at": NOON, "filled_quantity": "0.50"},
            True,
            "failed",
            "ALREADY_FILLED",
        ),
        (
            {
                "status": "DENIED",
                "closed_at": NOON,
                "error_code": "CANCELED_BEFORE_SENDING",
                "venue_order_id": "",
                "answered_at": None,
            },
            True,
            "success",
            "",
        ),
    ],
)
def test_a_cancel_succeeds_once_the_order_has_ended_unfilled(
    subscription: Subscription,
    signal: Signal,
    fields: dict[str, Any],
    is_settled: bool,
    state: str,
    code: str,
) -> None:
    canceling = make_signal(subscription.strategy, subscription.strategy.owner)
    claimed = {"claimed_at": NOON, "settled_at": NOON if is_settled else None}
    make_dispatch(canceling, **claimed)
    make_order(subscription, signal, cancel_signal=canceling, **fields)

    (row,) = results_of(canceling.pk).rows

    assert (row.state, row.order_status, row.error_code) == (state, fields["status"], code)
    assert bool(row.error_message) == bool(code)


def test_the_signal_that_placed_a_canceled_order_still_tells_that_it_was_placed(
    subscription: Subscription, signal: Signal
) -> None:
    canceling = make_signal(subscription.strategy, subscription.strategy.owner)
    make_order(subscription, signal, status="PENDING_CANCEL", cancel_signal=canceling)

    assert [row.state for row in results_of(signal.pk).rows] == ["success"]


def test_rows_come_by_intent_and_account_name_and_of_this_signal_only(
    subscription: Subscription, signal: Signal
) -> None:
    strategy = subscription.strategy
    other = subscribe(strategy, make_account(strategy.owner, "A0"))
    make_order(subscription, make_signal(strategy, strategy.owner))
    make_order(subscription, signal, intent_index=1)
    make_order(subscription, signal, intent_index=0, symbol="ETH/USDT")
    make_order(other, signal, intent_index=1)

    rows = results_of(signal.pk).rows

    assert [(row.account_name, row.symbol) for row in rows] == [
        ("A1", "ETH/USDT"),
        ("A0", "BTC/USDT"),
        ("A1", "BTC/USDT"),
    ]


def test_a_signal_is_settled_once_every_shard_is_through(signal: Signal) -> None:
    make_dispatch(signal, shard=0, claimed_at=NOON, settled_at=NOON)
    make_dispatch(signal, shard=1, claimed_at=NOON)

    half = is_settled(signal.pk)
    Dispatch.objects.filter(shard=1).update(settled_at=NOON)

    assert (half, is_settled(signal.pk)) == (False, True)


def test_a_row_that_has_succeeded_is_not_final_while_its_worker_waits_for_the_answer(
    subscription: Subscription, signal: Signal
) -> None:
    make_dispatch(signal, claimed_at=NOON)
    make_order(subscription, signal, answered_at=NOON, status="ACCEPTED")

    results = results_of(signal.pk)

    assert ([row.state for row in results.rows], results.is_settled) == (["success"], False)


def test_an_order_that_no_worker_has_begun_with_is_pending(
    subscription: Subscription, signal: Signal
) -> None:
    other = subscribe(subscription.strategy, make_account(subscription.strategy.owner, "A2"))
    waiting, begun = sorted([subscription, other], key=lambda row: row.account_id % 2)
    make_dispatch(signal, shard=0)
    make_dispatch(signal, shard=1, claimed_at=NOON)
    make_order(begun, signal)

    rows = results_of(signal.pk).rows

    assert [(row.account_name, row.state, row.symbol, row.side) for row in rows] == [
        (begun.account.name, "success", "BTC/USDT", "BUY"),
        (waiting.account.name, "pending", "BTC/USDT", "BUY"),
    ]
    assert (rows[1].order_status, rows[1].client_order_id) == ("INITIALIZED", "")
