"""Write many changed rows of a model back.

One UPDATE joined with arrays, and what is the same in all rows is sent once: for hundreds of rows
more than ten times as fast as a statement per row or as Django's bulk_update, which sends a CASE
per row and column.
"""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from django.db import connection, transaction
from django.db.models import Field, Model

from tradeplatform.lib.bulk_insert import arranged, rows_of_arrays, value_of


def bulk_update(rows: Collection[Model], attributes: Sequence[str]) -> None:
    """Write these attributes (`signal_id`) of rows of one model, which the caller has locked."""
    if not rows:
        return
    model = type(next(iter(rows)))
    fields = _fields(model, tuple(attributes))
    given = [[getattr(row, field.attname) for row in rows] for field in fields]
    varying, parameters = arranged(fields, given, keys=[row.pk for row in rows])
    with (
        transaction.mark_for_rollback_on_error(using=connection.alias),
        connection.cursor() as cursor,
    ):
        cursor.execute(_statement(model, fields, varying), parameters)


@cache
def _fields(model: type[Model], attributes: tuple[str, ...]) -> "tuple[Field[Any, Any], ...]":
    by_attribute = {field.attname: field for field in model._meta.concrete_fields}
    return tuple(by_attribute[name] for name in attributes)


@cache
def _statement(
    model: type[Model],
    fields: "tuple[Field[Any, Any], ...]",
    varying: "tuple[Field[Any, Any], ...]",
) -> str:
    table = connection.ops.quote_name(model._meta.db_table)
    assignments = ", ".join(
        f"{field.column} = {value_of(field, varying=varying)}" for field in fields
    )
    # Only the model's own table and column names are put into the text; every value is a parameter.
    return (
        f"UPDATE {table} SET {assignments} "  # noqa: S608
        f"FROM {rows_of_arrays('id', varying)} WHERE {table}.id = rows.id"
    )
