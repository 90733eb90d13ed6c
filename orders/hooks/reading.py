"""Read what a strategy's hooks have not been told yet, in the order in which it happened."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from django.db.models import F, Max, OuterRef, QuerySet, Subquery, Sum

from accounts.exchange.types import OrderType, Side
from orders.complaints import complaint_in
from orders.hooks.cursors import Cursor
from orders.models import Fill, Order, OrderEvent
from orders.transitions import OrderStatus
from strategies.hooks import FillUpdate, Hooks, OrderUpdate, Problem
from tradeplatform.lib.decimals import ZERO

# How much of it is read at once.
AT_MOST = 200

_COST = Sum(F("quantity") * F("price"))
_REFUSED = (OrderStatus.DENIED, OrderStatus.REJECTED)


@dataclass(frozen=True, slots=True)
class News:
    """One row to tell: what to call, and the row's place in time and in its table."""

    table: Literal["events", "fills"]
    row_id: int
    at: datetime
    tell: tuple[tuple[str, Callable[[Hooks], None]], ...]

    @property
    def cause(self) -> str:
        """What names the row wherever it is told again."""
        return f"{self.table}-{self.row_id}"


def read_news(strategy_id: int, *, events: Cursor, fills: Cursor) -> list[News]:
    """The oldest untold rows of the strategy; a fill comes before the step that it led to."""
    tables = [
        [_of_fill(fill) for fill in _untold_fills(strategy_id, fills)],
        [_of_event(event) for event in _untold_events(strategy_id, events)],
    ]
    # Where one table has more to read, what is later in the other has to wait for that.
    ends = [max(row.at for row in rows) for rows in tables if len(rows) == AT_MOST]
    found = [row for rows in tables for row in rows if not ends or row.at <= min(ends)]
    return sorted(found, key=lambda news: (news.at, news.table != "fills", news.row_id))


def newest_ids() -> tuple[int, int]:
    """The highest ids of events and of fills that are visible now."""
    event_id = OrderEvent.objects.aggregate(newest=Max("id"))["newest"]
    fill_id = Fill.objects.aggregate(newest=Max("id"))["newest"]
    return event_id or 0, fill_id or 0


def _untold_fills(strategy_id: int, cursor: Cursor) -> QuerySet[Fill]:
    rows = Fill.objects.filter(id__gt=cursor.floor, order__subscription__strategy=strategy_id)
    rows = rows.exclude(id__in=cursor.seen).select_related("order", "account")
    return rows.order_by("id")[:AT_MOST]


def _untold_events(strategy_id: int, cursor: Cursor) -> QuerySet[OrderEvent]:
    rows = OrderEvent.objects.filter(id__gt=cursor.floor, order__subscription__strategy=strategy_id)
    rows = rows.exclude(id__in=cursor.seen).select_related("order__account")
    rows = rows.annotate(filled=_booked_by_then(Sum("quantity")), cost=_booked_by_then(_COST))
    return rows.order_by("id")[:AT_MOST]


def _booked_by_then(total: Sum) -> Subquery:
    """A total of the fills that were booked when the event happened, or led to it."""
    fills = Fill.objects.filter(order=OuterRef("order"), booked_at__lte=OuterRef("at")).order_by()
    return Subquery(fills.values("order").annotate(total=total).values("total"))


def _of_fill(fill: Fill) -> News:
    update = FillUpdate(
        client_order_id=fill.order.client_order_id,
        account_name=fill.account.name,
        symbol=fill.symbol,
        side=Side(fill.side),
        quantity=fill.quantity,
        price=fill.price,
        fee_quantity=fill.fee_quantity,
        fee_currency=fill.fee_currency,
        filled_at=fill.filled_at,
    )
    return News("fills", fill.pk, fill.booked_at, (("on_fill", lambda to: to.on_fill(update)),))


def _of_event(event: OrderEvent) -> News:
    update = _update(event, event.order)
    problem = _problem(event, update)
    tell: list[tuple[str, Callable[[Hooks], None]]] = [
        ("on_order_update", lambda to: to.on_order_update(update))
    ]
    if problem is not None:
        tell.append(("on_error", lambda to: to.on_error(problem)))
    return News("events", event.pk, event.at, tuple(tell))


def _update(event: OrderEvent, order: Order) -> OrderUpdate:
    filled: Decimal | None = getattr(event, "filled")  # noqa: B009  an annotation
    cost: Decimal | None = getattr(event, "cost")  # noqa: B009  an annotation
    return OrderUpdate(
        client_order_id=order.client_order_id,
        account_name=order.account.name,
        symbol=order.symbol,
        side=Side(order.side),
        order_type=OrderType(order.order_type),
        is_close=order.is_close,
        status=event.to_status,
        quantity=order.quantity,
        filled_quantity=filled or ZERO,
        average_price=cost / filled if cost and filled else None,
        limit_price=order.limit_price,
        reason=event.reason,
        at=event.at,
    )


def _problem(event: OrderEvent, update: OrderUpdate) -> Problem | None:
    if event.to_status in _REFUSED and event.from_status != event.to_status:
        return Problem(update, event.order.error_code, event.order.error_message)
    complaint = complaint_in(event.reason)
    return None if complaint is None else Problem(update, complaint.name, event.reason)
