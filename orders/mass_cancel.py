"""Cancel many of our own open orders from outside the workers, and stay until their end is known.

Which orders they are comes from our database, never from an exchange. The wish is durable before
anything is sent, so workers carry it on should this process end, and sending it twice does no harm.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from orders.cancellation import request_cancels
from orders.execution import Executor
from orders.models import Order, OrderEvent
from orders.transitions import CLOSED, OPEN, OrderStatus

_LOOK_SECONDS = 0.2
_ROUND_SECONDS = 10

# Told how many of how many orders have ended.
Progress = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which open orders are meant; what is empty does not matter."""

    group_name: str = ""
    account_name: str = ""
    symbol: str = ""

    def orders(self) -> QuerySet[Order]:
        """The open orders of the selection, by account and age."""
        wanted = {
            "subscription__strategy__group_name": self.group_name,
            "account__name": self.account_name,
            "symbol": self.symbol,
        }
        orders = Order.objects.filter(status__in=sorted(OPEN))
        return orders.filter(**{name: value for name, value in wanted.items() if value}).order_by(
            "account__name", "id"
        )


def cancel_and_wait(
    order_ids: Sequence[int], *, reason: str, seconds: float, now: datetime, progress: Progress
) -> list[Order]:
    """Have these orders canceled, all accounts at once; returns them once all have ended, or as
    they stand after `seconds`.
    """
    request_cancels(order_ids=order_ids, reason=reason, now=now)
    executor = Executor()
    try:
        _send_until_ended(executor, order_ids, seconds, progress)
    finally:
        executor.stop(drain_seconds=settings.EXCHANGE_TIMEOUT_SECONDS)
    rows = Order.objects.filter(id__in=order_ids).select_related(
        "account", "subscription__strategy"
    )
    return list(rows.order_by("account__name", "id"))


def _send_until_ended(
    executor: Executor, order_ids: Sequence[int], seconds: float, progress: Progress
) -> None:
    ended_by, next_round = time.monotonic() + seconds, 0.0
    pause = threading.Event()
    while True:
        if time.monotonic() >= next_round:
            _send(executor)
            next_round = time.monotonic() + _ROUND_SECONDS
        ended = Order.objects.filter(id__in=order_ids, status__in=sorted(CLOSED)).count()
        progress(ended, len(order_ids))
        if ended == len(order_ids) or time.monotonic() >= ended_by:
            return
        pause.wait(_LOOK_SECONDS)


def _send(executor: Executor) -> None:
    for shard in range(settings.SHARDS):
        executor.look_up(shard)  # an order of unknown outcome is canceled once it is found
        executor.send_due_cancels(shard)


def outcome_of(order: Order) -> str:
    """What became of a cancel, as a person reads it."""
    if order.status == OrderStatus.FILLED:
        return "already filled"
    if order.status == OrderStatus.DENIED:
        return "was never sent"
    if order.status in CLOSED:
        return order.get_status_display()
    last = OrderEvent.objects.filter(order=order).latest("id")
    return f"not confirmed: {last.reason}"
