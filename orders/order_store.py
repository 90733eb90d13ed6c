"""Write many changed orders back in one statement."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Field

from orders.models import Order
from tradeplatform.lib.bulk_insert import rows_of_arrays

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
    fields = [_field(name) for name in _WRITTEN]
    arrays: list[Any] = [[order.pk for order in orders]]
    arrays += [
        [field.get_db_prep_save(getattr(order, field.attname), connection) for order in orders]
        for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(_statement(fields), arrays)


def _field(attribute: str) -> "Field[Any, Any]":
    return next(field for field in Order._meta.concrete_fields if field.attname == attribute)


def _statement(fields: "list[Field[Any, Any]]") -> str:
    table = connection.ops.quote_name(Order._meta.db_table)
    names = [str(field.column) for field in fields]
    assignments = ", ".join(f"{name} = rows.{name}" for name in names)
    # Only our own table and column names are put into the text; every value is a parameter.
    return (
        f"UPDATE {table} SET {assignments} "  # noqa: S608
        f"FROM {rows_of_arrays('id', fields)} WHERE {table}.id = rows.id"
    )
