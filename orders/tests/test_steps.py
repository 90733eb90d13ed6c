"""The steps of an order that its caller writes: submitted, or broken off by its worker's end."""

from decimal import Decimal

import pytest

from orders import steps
from orders.models import Order
from strategies.sizing import Denied
from strategies.tests.rows import NOON

_INTERRUPTED = Denied("INTERRUPTED", "Its worker stopped.")


@pytest.mark.parametrize(
    ("limit_price", "trigger_price", "reason"),
    [
        ("90000", None, "buy 0.5 BTC/USDT at 90000"),
        ("90000", "89000", "buy 0.5 BTC/USDT at 90000"),
        (None, "89000", "buy 0.5 BTC/USDT at 89000"),
        (None, None, "buy 0.5 BTC/USDT"),
    ],
)
def test_a_submission_is_written_with_what_will_be_sent(
    limit_price: str | None, trigger_price: str | None, reason: str
) -> None:
    order = Order(
        status="INITIALIZED",
        side="BUY",
        symbol="BTC/USDT",
        quantity=Decimal("0.50"),
        limit_price=limit_price and Decimal(limit_price),
        trigger_price=trigger_price and Decimal(trigger_price),
    )

    event = steps.submit(order, now=NOON)

    assert (order.status, order.submitted_at) == ("SUBMITTED", NOON)
    assert (event.from_status, event.to_status) == ("INITIALIZED", "SUBMITTED")
    assert (event.at, event.reason) == (NOON, reason)


def test_a_send_that_its_worker_did_not_finish_is_of_unknown_outcome() -> None:
    order = Order(status="SUBMITTED")

    event = steps.break_off(order, _INTERRUPTED, now=NOON)

    assert (order.status, order.outcome_unknown_since) == ("SUBMITTED", NOON)
    assert (event.from_status, event.to_status) == ("SUBMITTED", "SUBMITTED")
    assert event.reason == "outcome unknown: no answer was recorded"


def test_an_order_that_its_worker_never_sent_is_denied() -> None:
    order = Order(status="INITIALIZED")

    event = steps.break_off(order, _INTERRUPTED, now=NOON)

    assert (order.status, order.error_code, order.closed_at) == ("DENIED", "INTERRUPTED", NOON)
    assert (event.from_status, event.to_status) == ("INITIALIZED", "DENIED")
    assert event.reason == "INTERRUPTED: Its worker stopped."
