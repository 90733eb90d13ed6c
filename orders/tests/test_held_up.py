"""What open breakers say about the orders whose exchanges are not asked meanwhile."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.breakers.tests.open_ones import make_open
from orders.held_up import held_up
from orders.tests.rows import make_order
from strategies.models import Signal, Subscription
from strategies.tests.rows import NOON

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("breaker", "is_accounts", "told"),
    [
        (
            {"paused_until": NOON + timedelta(seconds=90)},
            False,
            "Binance spot waits until 12:01:30 UTC: it was asked too often.",
        ),
        (
            {"paused_until": NOON},
            False,
            "Binance spot is being tried again: it was asked too often.",
        ),
        (
            {},
            True,
            "The account is stopped: the exchange does not accept the API key. Mend its key at the "
            "exchange or enter another, then check the connection.",
        ),
        ({"is_open": False}, True, ""),
        ({"market_type": "FUTURES", "paused_until": NOON + timedelta(hours=1)}, False, ""),
    ],
    ids=["paused", "pause_over", "stopped", "closed", "other_market"],
)
def test_until_when_and_why_nothing_is_sent(
    subscription: Subscription,
    signal: Signal,
    breaker: dict[str, Any],
    is_accounts: bool,
    told: str,
) -> None:
    order = make_order(subscription, signal)
    make_open(order.account if is_accounts else None, **breaker)

    reasons = held_up([order], now=NOON)

    assert reasons == ({order.pk: told} if told else {})
