"""Close the books of dispatches and replacements: nothing more is done, and every order says so."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from accounts.shards import in_any_shard
from orders import steps
from orders.hooks.nudging import nudge_strategy_after_commit
from orders.models import Dispatch, Order
from orders.order_store import write_orders
from orders.transitions import OrderStatus
from strategies.sizing import Denied
from tradeplatform.lib.bulk_insert import insert_all
from tradeplatform.lib.compiled_queries import CompiledQuery, CompiledUpdate, Parameter
from tradeplatform.lib.database_threads import done_again_when_disconnected

# A replacement that could not be sent within this time is denied, not sent late.
REPLACEMENT_MAX_AGE = timedelta(seconds=60)
_INTERRUPTED = Denied(
    "INTERRUPTED", "The platform was interrupted before this order was sent; nothing was sent."
)
_UNFINISHED = [OrderStatus.INITIALIZED, OrderStatus.SUBMITTED, OrderStatus.PENDING_CANCEL]

_DISPATCH = CompiledQuery(
    lambda: Dispatch.objects.select_related("signal").filter(id=Parameter("dispatch"))
)
# A replacement is no part of the dispatch: it may be on its way right now.
_LEFT = CompiledQuery(
    lambda: _unanswered(in_any_shard(Order.objects.filter(signal=Parameter("signal"), attempt=0)))
)
_SETTLE = CompiledUpdate(
    lambda: Dispatch.objects.filter(id=Parameter("dispatch"), settled_at__isnull=True),
    settled_at=Parameter("now"),
    picked_up_at=Parameter("picked_up_at"),
    written_at=Parameter("written_at"),
)


@dataclass(frozen=True, slots=True)
class Course:
    """When a worker took a dispatch up, and when it had committed its orders."""

    picked_up_at: datetime | None = None
    written_at: datetime | None = None


_UNTOLD = Course()


@done_again_when_disconnected
def settle(dispatch_id: int, *, now: datetime, course: Course = _UNTOLD) -> None:
    """Mark the dispatch as settled, after its work or when its worker has stopped.

    Whatever was left half done is reported: an order never submitted is denied, the outcome of
    one without an answer is unknown. An answer that still arrives is booked all the same. To do it
    twice changes nothing.
    """
    (dispatch,) = _DISPATCH.all(dispatch=dispatch_id)
    with transaction.atomic():
        _break_off(
            _LEFT.all(signal=dispatch.signal_id, shard=dispatch.shard, shards=dispatch.shards), now
        )
        nudge_strategy_after_commit(dispatch.signal.strategy_id)  # the denied have hooks too
        _SETTLE.run(
            dispatch=dispatch_id,
            now=now,
            picked_up_at=course.picked_up_at,
            written_at=course.written_at,
        )


def settle_replacements(rows: QuerySet[Order], *, sent_before: datetime, now: datetime) -> None:
    """The outcome of replacements without an answer, committed before that time, is unknown.

    Nobody knows whether their worker sent them: they are looked up and never sent again.
    """
    with transaction.atomic():
        left = rows.filter(attempt__gt=0, submitted_at__lt=sent_before)
        _break_off(list(_unanswered(left)), now)


def _unanswered(rows: QuerySet[Order]) -> QuerySet[Order]:
    """With locks."""
    unanswered = rows.filter(
        status__in=_UNFINISHED, answered_at__isnull=True, outcome_unknown_since__isnull=True
    )
    return unanswered.select_for_update(no_key=True).order_by("id")


def _break_off(orders: Collection[Order], now: datetime) -> None:
    events = [steps.break_off(order, _INTERRUPTED, now=now) for order in orders]
    write_orders(orders, now=now)
    insert_all(events)
