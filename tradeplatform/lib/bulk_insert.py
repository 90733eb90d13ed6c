"""Insert rows of a model, with an instance for each or without.

Of many rows, what is the same in all is sent once: it takes a third of the time of Django's
bulk_create, which prepares every value of every row. One or two go as plain values, in half the
time of Django's `save`, which builds its statement each time.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, partial
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.models import AutoField, CharField, Field, ForeignKey, JSONField, Model

# From three rows on an order takes longer as values than as part of arrays.
_FEW = 2


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
    if unknown := columns.keys() - fields.keys():
        raise ValueError(f"{model.__name__} has no fields {sorted(unknown)}")
    given = [
        columns[name] if name in columns else field.get_default() for name, field in fields.items()
    ]
    text, parameters = (_few if count <= _FEW else _many)(model, count, given)
    with (
        transaction.mark_for_rollback_on_error(using=connection.alias),
        connection.cursor() as cursor,
    ):
        cursor.execute(text, parameters)
        return [row[0] for row in cursor.fetchall()]


def insert_all(instances: Iterable[Model]) -> None:
    """Insert instances of one model; they learn neither their ids nor that they are stored."""
    rows = list(instances)
    if not rows:
        return
    model = type(rows[0])
    names = _fields(model)
    bulk_insert(model, len(rows), {name: [getattr(row, name) for row in rows] for name in names})


@cache
def _fields(model: type[Model]) -> "dict[str, Field[Any, Any]]":
    """By their attribute names; the database gives a row its number."""
    fields = model._meta.concrete_fields
    return {field.attname: field for field in fields if not isinstance(field, AutoField)}


def _few(model: type[Model], count: int, given: Sequence[Any]) -> tuple[str, list[Any]]:
    here = connections[DEFAULT_DB_ALIAS]
    columns = []
    for field, values in zip(_fields(model).values(), given, strict=True):
        each = _of_all_rows(field, values, count) if isinstance(values, list) else [values] * count
        columns.append([_target(field).get_db_prep_save(value, here) for value in each])
    rows = zip(*columns, strict=True)
    return _statement_of_few(model, count), [value for row in rows for value in row]


def _many(model: type[Model], count: int, given: Sequence[Any]) -> tuple[str, list[Any]]:
    varying, parameters = arranged(list(_fields(model).values()), given, keys=range(count))
    return _statement_of_many(model, varying), parameters


def arranged(
    fields: "Sequence[Field[Any, Any]]", given: Sequence[Any], *, keys: Sequence[int]
) -> "tuple[tuple[Field[Any, Any], ...], list[Any]]":
    """Which fields have a value per row, and the parameters: what is the same in all rows, then
    the rows' keys and an array for each of those fields.

    `given` has for each field a list with a value per row, or what goes for all rows. Raises
    ValueError where a list has another length: the database would fill it up with NULL.
    """
    here = connections[DEFAULT_DB_ALIAS]
    varying: list[Field[Any, Any]] = []
    shared: list[Any] = []
    arrays: list[Any] = [list(keys)]
    for field, values in zip(fields, given, strict=True):
        prepared = partial(_target(field).get_db_prep_save, connection=here)
        if isinstance(values, list) and _differ(field, _of_all_rows(field, values, len(keys))):
            varying.append(field)
            arrays.append(list(map(prepared, values)))
        else:
            shared.append(prepared(values[0] if isinstance(values, list) else values))
    return tuple(varying), shared + arrays


def _differ(field: "Field[Any, Any]", values: Sequence[Any]) -> bool:
    """Whether rows have different values; JSON's are equal that are not the same (1 and true)."""
    return isinstance(field, JSONField) or values.count(values[0]) < len(values)


def _of_all_rows(field: "Field[Any, Any]", values: list[Any], rows: int) -> list[Any]:
    if len(values) != rows:
        raise ValueError(f"{field.name}: {len(values)} values for {rows} rows")
    return values


def _target(field: "Field[Any, Any]") -> "Field[Any, Any]":
    """What makes the field's values fit for the database: of a key the field that it points to."""
    return field.target_field if isinstance(field, ForeignKey) else field


@cache
def _statement_of_few(model: type[Model], count: int) -> str:
    row = ", ".join(["%s"] * len(_fields(model)))
    return f"{_insert_into(model)} VALUES {', '.join([f'({row})'] * count)} RETURNING id"


@cache
def _statement_of_many(model: type[Model], varying: "tuple[Field[Any, Any], ...]") -> str:
    values = ", ".join(value_of(field, varying=varying) for field in _fields(model).values())
    rows = rows_of_arrays("position", varying)
    return (
        f"{_insert_into(model)} SELECT {values} "  # noqa: S608
        f"FROM {rows} ORDER BY position RETURNING id"
    )


def _insert_into(model: type[Model]) -> str:
    # Only the model's own names are put into the text; every value is a parameter.
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(str(field.column) for field in _fields(model).values())
    return f"INSERT INTO {table} ({names})"


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
