"""Write many changed orders back, and what happened to them: a statement for each."""

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Field

from orders.models import Order, OrderEvent
from tradeplatform.lib.bulk_insert import bulk_insert, rows_of_arrays

_WRITTEN = (
    "symbol",
    "quantity",
    "limit_price",
    "trigger_price",
    "is_close",
    "reduce_only",
    "status",
    "venue_order_id",
    "filled_quantity",
    "average_price",
    "venue_filled_quantity",
    "error_code",
    "error_message",
    "outcome_unknown_since",
    "missed_look_ups",
    "looked_up_at",
    "needs_attention",
    "cancel_signal_id",
    "cancel_sent_at",
    "submitted_at",
    "answered_at",
    "closed_at",
    "updated_at",
)


def write_orders(orders: Collection[Order], *, now: datetime) -> None:
    """Write the columns that change after an order's creation; the rows are locked by the caller.

    One UPDATE joined with arrays: for hundreds of rows about ten times as fast as a statement per
    row or as Django's bulk_update, which sends a CASE per row and column.
    """
    if not orders:
        return
    for order in orders:
        order.updated_at = now
    arrays: list[Any] = [[order.pk for order in orders]]
    arrays += [
        [field.get_db_prep_save(getattr(order, field.attname), connection) for order in orders]
        for field in _fields()
    ]
    with connection.cursor() as cursor:
        cursor.execute(_statement(), arrays)


def add_events(events: Iterable[OrderEvent]) -> None:
    """Store the steps of orders, which have their rows by now."""
    rows = list(events)
    bulk_insert(
        OrderEvent,
        len(rows),
        {
            "order_id": [event.order.pk for event in rows],
            "at": [event.at for event in rows],
            "from_status": [event.from_status for event in rows],
            "to_status": [event.to_status for event in rows],
            "reason": [event.reason for event in rows],
        },
    )


@cache
def _fields() -> "tuple[Field[Any, Any], ...]":
    by_attribute = {field.attname: field for field in Order._meta.concrete_fields}
    return tuple(by_attribute[name] for name in _WRITTEN)


@cache
def _statement() -> str:
    fields = _fields()
    table = connection.ops.quote_name(Order._meta.db_table)
    names = [str(field.column) for field in fields]
    assignments = ", ".join(f"{name} = rows.{name}" for name in names)
    # Only our own table and column names are put into the text; every value is a parameter.
    return (
        f"UPDATE {table} SET {assignments} "  # noqa: S608
        f"FROM {rows_of_arrays('id', fields)} WHERE {table}.id = rows.id"
    )
