"""Insert many rows of a model, with an instance for each or without.

What is the same in all rows is sent once. For hundreds of rows it takes a third of the time of
Django's bulk_create, which prepares every value of every row.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.models import AutoField, CharField, Field, ForeignKey, JSONField, Model


def bulk_insert(
    model: type[Model], count: int, columns: Mapping[str, Sequence[Any] | Any]
) -> list[int]:
    """Insert `count` rows; returns their ids in the order of the rows.

    `columns` by the fields' attribute names (`signal_id`): a list has a value per row, anything
    else goes for all rows. A field that is not named has its default.
    """
    if not count:
        return []
    fields = _fields(model)
    if unknown := set(columns) - {field.attname for field in fields}:
        raise ValueError(f"{model.__name__} has no fields {sorted(unknown)}")
    given = [columns.get(field.attname, field.get_default()) for field in fields]
    varying, parameters = arranged(fields, given, keys=range(count))
    with (
        transaction.mark_for_rollback_on_error(using=connection.alias),
        connection.cursor() as cursor,
    ):
        cursor.execute(_statement(model, varying), parameters)
        return [row[0] for row in cursor.fetchall()]


def insert_all(instances: Iterable[Model]) -> None:
    """Insert instances of one model; they do not learn their ids."""
    rows = list(instances)
    if not rows:
        return
    model = type(rows[0])
    names = [field.attname for field in _fields(model)]
    bulk_insert(model, len(rows), {name: [getattr(row, name) for row in rows] for name in names})


def _fields(model: type[Model]) -> "list[Field[Any, Any]]":
    return [field for field in model._meta.concrete_fields if not isinstance(field, AutoField)]


def arranged(
    fields: "Sequence[Field[Any, Any]]", given: Sequence[Any], *, keys: Sequence[int]
) -> "tuple[tuple[Field[Any, Any], ...], list[Any]]":
    """Which fields have a value per row, and the parameters: what is the same in all rows, then
    the rows' keys and an array for each of those fields.

    `given` has for each field a list with a value per row, or what goes for all rows. Raises
    ValueError where a list has another length: the database would fill it up with NULL.
    """
    varying: list[Field[Any, Any]] = []
    shared: list[Any] = []
    arrays: list[Any] = [list(keys)]
    for field, values in zip(fields, given, strict=True):
        if isinstance(values, list) and len(values) != len(keys):
            raise ValueError(f"{field.name}: {len(values)} values for {len(keys)} rows")
        prepared = _preparing(field)
        if isinstance(values, list) and _differ(field, values):
            varying.append(field)
            arrays.append(list(map(prepared, values)))
        else:
            shared.append(prepared(values[0] if isinstance(values, list) else values))
    return tuple(varying), shared + arrays


def _differ(field: "Field[Any, Any]", values: Sequence[Any]) -> bool:
    """Whether rows have different values; JSON's are equal that are not the same (1 and true)."""
    return isinstance(field, JSONField) or values.count(values[0]) < len(values)


def _preparing(field: "Field[Any, Any]") -> Callable[[Any], Any]:
    """What makes the field's values fit for the database; of a key those that it points to."""
    target = field.target_field if isinstance(field, ForeignKey) else field
    return partial(target.get_db_prep_save, connection=connections[DEFAULT_DB_ALIAS])


@cache
def _statement(model: type[Model], varying: "tuple[Field[Any, Any], ...]") -> str:
    table = connection.ops.quote_name(model._meta.db_table)
    fields = _fields(model)
    names = ", ".join(str(field.column) for field in fields)
    values = ", ".join(value_of(field, varying=varying) for field in fields)
    rows = rows_of_arrays("position", varying)
    # Only the model's own names are put into the text; every value is a parameter.
    return (
        f"INSERT INTO {table} ({names}) SELECT {values} "  # noqa: S608
        f"FROM {rows} ORDER BY position RETURNING id"
    )


def value_of(field: "Field[Any, Any]", *, varying: "Sequence[Field[Any, Any]]") -> str:
    """The column's in the table `rows`, or a parameter that goes for all of them."""
    return f"rows.{field.column}" if field in varying else f"%s::{_type(field)}"


def rows_of_arrays(key: str, fields: "Sequence[Field[Any, Any]]") -> str:
    """What to select FROM: a table `rows` made of parameters, an array for each of its columns.

    The first column is `key`, a whole number; after it come the fields' own.
    """
    arrays = ", ".join(["%s::bigint[]"] + [f"%s::{_type(field)}[]" for field in fields])
    columns = ", ".join([key] + [str(field.column) for field in fields])
    return f"unnest({arrays}) AS rows({columns})"


def _type(field: "Field[Any, Any]") -> str:
    # Without its length: what is too long for `varchar(n)` a cast cuts off, its column refuses.
    return "text" if isinstance(field, CharField) else str(field.db_type(connection))
