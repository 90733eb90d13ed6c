"""Close first, open when flat: the wait in between, in the account's own turn.

Waiting decides nothing: when the order's turn comes it is sized under lock, and denied unless the
opposite position is gone (strategies.reversing.check_flat). Other accounts wait for nobody.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta

from django.conf import settings

from orders.followup import look_up_job
from orders.models import UNRESOLVED, Order
from orders.transitions import OPEN, OrderStatus
from orders.work import LookUpJob, PlaceJob
from tradeplatform.lib.database_threads import done_again_when_disconnected

# Between two looks at a close that has not ended, doubled each time: a venue's limits, and our
# threads, are shared by all accounts that wait.
_FIRST_PAUSE_SECONDS = 0.25
_LONGEST_PAUSE_SECONDS = 2.0


def doubt_about_position(entry: Order, open_orders: Iterable[Order]) -> str:
    """Why the position that `entry` reverses may be another than is booked; empty when it is not.

    The close before it has not ended, or what an order of the other side filled is not known.
    """
    for other in open_orders:
        if _is_close_before(entry, other):
            return "its close is not confirmed"
        if _may_have_opened(entry, other):
            return f"what its order {other.client_order_id} filled is not known yet"
    return ""


def _may_have_opened(entry: Order, other: Order) -> bool:
    has_unknown_fills = (
        other.outcome_unknown_since is not None
        or other.venue_filled_quantity > other.filled_quantity
    )
    return (
        has_unknown_fills
        and other.subscription_id == entry.subscription_id
        and other.symbol == entry.symbol
        and other.side != entry.side
    )


def _is_close_before(entry: Order, other: Order) -> bool:
    """Whether `other` is the close that was to come before `entry`: the intent right before it."""
    return (
        other.signal_id == entry.signal_id
        and other.subscription_id == entry.subscription_id
        and other.intent_index == entry.intent_index - 1
    )


@done_again_when_disconnected
def unfinished_close(entry: PlaceJob) -> LookUpJob | None:
    """How to look up the close before this order; None once it ended and its fills are booked."""
    order = Order.objects.get(id=entry.order_id)
    before = Order.objects.filter(
        signal=order.signal_id,
        subscription=order.subscription_id,
        intent_index=order.intent_index - 1,
    ).exclude(status=OrderStatus.INITIALIZED)
    unfinished = before.filter(status__in=sorted(OPEN)) | before.filter(UNRESOLVED)
    close = unfinished.first()
    return None if close is None else look_up_job(close, entry.login, now=datetime.now(UTC))


async def wait_for_close(
    entry: PlaceJob,
    *,
    expires_at: datetime,
    find: Callable[[PlaceJob], Awaitable[LookUpJob | None]],
    look_up: Callable[[LookUpJob], Awaitable[None]],
) -> None:
    """Look up the close before this order until it has ended, or the time for that is over.

    At most `REVERSAL_SECONDS`, and never longer than the signal lives.
    """
    deadline = min(expires_at, datetime.now(UTC) + timedelta(seconds=settings.REVERSAL_SECONDS))
    pause = _FIRST_PAUSE_SECONDS
    while (close := await find(entry)) is not None and datetime.now(UTC) < deadline:
        await look_up(close)
        left = (deadline - datetime.now(UTC)).total_seconds()
        await asyncio.sleep(max(min(pause, left), 0))
        pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
