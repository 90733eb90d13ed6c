"""Faults for a trading world, time that passes, and the sandbox's own records beside ours."""

import urllib.request
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F

from accounts.exchange.gate import Gate, install
from accounts.models import Breaker
from orders.models import Order
from orders.tests.waiting import wait_for
from orders.tests.world import World, limit_buy
from strategies.models import Strategy

PLACING = ("POST /api/v3/order", "POST /fapi/v1/order", "POST /fapi/v1/algoOrder")
# Until an order that its venue does not know counts as never having arrived.
PATIENCE_SECONDS = (8, 12, 22, 42)

# Faults after which nobody knows whether the venue did what it was asked, by name.
_UNPROVEN: dict[str, dict[str, Any]] = {
    "no_answer": {"do": "silence"},
    "connection_cut": {"do": "cut"},
    "html_with_status_200": {"do": "html"},
    "empty_body": {"do": "empty"},
    "half_a_body": {"do": "half"},
    **{
        f"http_{status}": {"do": "status", "status": status} for status in (502, 503, 504, 520, 524)
    },
    **{f"code{code}": {"do": "refuse", "code": code} for code in (-1000, -1001, -1006, -1007)},
}
unproven = pytest.mark.parametrize("fault", _UNPROVEN.values(), ids=_UNPROVEN.keys())


def spoil(world: World, **fault: Any) -> None:
    """Set a fault at the sandbox."""
    world.post("/sandbox/faults", fault)


def heal(world: World) -> None:
    """Take all faults away."""
    request = urllib.request.Request(world.url + "/sandbox/faults", method="DELETE")
    urllib.request.urlopen(request, timeout=10).close()


def placements(world: World) -> int:
    """How often the sandbox was asked to place an order."""
    rows = world.get("/sandbox/requests")
    return sum(row["count"] for row in rows if row["request"] in PLACING)


def requests(world: World) -> int:
    """How often the sandbox was asked for anything at all."""
    return sum(row["count"] for row in world.get("/sandbox/requests"))


def open_breaker(**scope: Any) -> Breaker:
    """The open breaker of that `account` (None: of the market), once its row is written."""
    rows = Breaker.objects.filter(is_open=True, **{"market_type": "SPOT", **scope})
    wait_for(rows.exists)
    return rows.get()


def let_pauses_end() -> None:
    """As if the time that venues and accounts are left alone were over."""
    now = datetime.now(UTC)
    Breaker.objects.filter(is_open=True, paused_until__gt=now).update(
        paused_until=now, changed_at=now
    )


def look_up_patiently(world: World, *pauses: int) -> None:
    """Look up after each of these pauses in seconds, which pass in our rows only.

    By then no breaker is open any more.
    """
    for pause in pauses or PATIENCE_SECONDS:
        span = timedelta(seconds=pause)
        Order.objects.update(
            outcome_unknown_since=F("outcome_unknown_since") - span,
            looked_up_at=F("looked_up_at") - span,
        )
        install(Gate())
        world.look_up()


def at_venue(world: World) -> dict[str, tuple[str, Decimal]]:
    """What the sandbox has booked: status and filled quantity by client order id."""
    return {
        row["clientOrderId"]: (row["status"], Decimal(row["executedQty"]))
        for row in world.venue_orders()
    }


def in_our_books() -> dict[str, tuple[str, Decimal]]:
    """The same of the orders that our database holds to be at the venue, in the venue's words."""
    words = {"ACCEPTED": "NEW"}
    orders = Order.objects.exclude(status__in=("DENIED", "REJECTED"))
    return {
        order.client_order_id: (words.get(order.status, order.status), order.filled_quantity)
        for order in orders
    }


def told(orders: list[Order]) -> list[tuple[str, str]]:
    """What each order came to: its status and error code."""
    return [(order.status, order.error_code) for order in orders]


def three(world: World) -> Strategy:
    """Three accounts that trade one strategy, with an order each at the venue."""
    strategy = world.strategy("test1", *[world.account(f"A{number}") for number in (1, 2, 3)])
    world.trade(strategy, limit_buy("80000"))
    return strategy


def poll(world: World) -> None:
    """A beat: what is due is polled, and what has closed is attended to."""
    for shard in (0, 1):
        world.executor.poll(shard).result(timeout=30)
