"""Queries that Django builds once and runs many times.

Of a query that finds one row, building the statement takes most of the processor time, and it is
the same statement each time. What differs from run to run is a `Parameter` in it.
"""

import threading
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from django.db import router, transaction
from django.db.models import Expression, Field, Lookup, Model, QuerySet
from django.db.models.sql import Query, UpdateQuery
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.constants import ROW_COUNT
from django.db.transaction import TransactionManagementError

M = TypeVar("M", bound=Model)
Row = TypeVar("Row")
Built = TypeVar("Built")


class Parameter(Expression):
    """Stands in a query for a value that each run gives by this name, as the driver takes it."""

    def __init__(self, name: str, output_field: "Field[Any, Any] | None" = None) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        return "%s", (self,)


class AnyOf(Lookup):
    """A condition: the left side is one of the list that a `Parameter` stands for."""

    lookup_name = "any_of"

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        left, left_parameters = self.process_lhs(compiler, connection)
        right, right_parameters = self.process_rhs(compiler, connection)
        return f"{left} = ANY{right}", (*left_parameters, *right_parameters)


class CompiledQuery(Generic[M, Row]):
    """A query to be read: `CompiledQuery(lambda: Thing.objects.filter(id=Parameter("id")))`.

    Not for prefetches, nor for `in` with a list: that statement depends on the list's length, and
    `AnyOf` does the same with one parameter.
    """

    def __init__(self, build: Callable[[], QuerySet[M, Row]]) -> None:
        self._build = build
        self._built = _InEachThread(self._rows)

    def all(self, **values: Any) -> list[Row]:
        """Run it; every row."""
        return list(self._built.with_values(values))

    def first(self, **values: Any) -> Row | None:
        """Run it; the first of its rows, None without any."""
        return next(iter(self.all(**values)), None)

    def _rows(self) -> "tuple[Iterable[Row], _Statement]":
        queryset: Any = self._build()
        compiler, statement = _with_statement(queryset.query, queryset.db)
        queryset.query.get_compiler = lambda using: compiler
        return queryset._iterable_class(queryset), statement


class CompiledUpdate(Generic[M]):
    """An update of the rows of a query: `CompiledUpdate(things, name=Parameter("name"))`."""

    def __init__(self, build: Callable[[], QuerySet[M, Any]], **changes: Any) -> None:
        self._build = build
        self._changes = changes
        self._built = _InEachThread(self._compiler)

    def run(self, **values: Any) -> int:
        """Run it; how many rows it changed."""
        compiler = self._built.with_values(values)
        with transaction.mark_for_rollback_on_error(using=compiler.using):
            return int(compiler.execute_sql(ROW_COUNT))

    def _compiler(self) -> "tuple[Any, _Statement]":
        queryset = self._build()
        query: Any = queryset.query.chain(UpdateQuery)
        query.add_update_values(self._changes)
        return _with_statement(query, router.db_for_write(queryset.model))


class _InEachThread(Generic[Built]):
    """What runs a statement, built where it runs first: a compiler has its thread's connection."""

    def __init__(self, build: "Callable[[], tuple[Built, _Statement]]") -> None:
        self._build = build
        self._mine = threading.local()

    def with_values(self, values: dict[str, Any]) -> Built:
        """This thread's; it will run with these."""
        if not hasattr(self._mine, "built"):
            self._mine.built = self._build()
        built, statement = self._mine.built
        statement.values = values
        return built  # type: ignore[no-any-return]


class _Statement:
    """Takes the place of a compiler's `as_sql`: the text is there, the values are filled in."""

    def __init__(self, compiler: SQLCompiler) -> None:
        self._text, self._parameters = compiler.as_sql()
        self._locks = compiler.query.select_for_update
        self._connection = compiler.connection
        self.values: dict[str, Any] = {}

    def __call__(self) -> tuple[str, tuple[Any, ...]]:
        if self._locks and self._connection.get_autocommit():
            raise TransactionManagementError("rows are locked inside a transaction only")
        return self._text, tuple(
            self.values[parameter.name] if isinstance(parameter, Parameter) else parameter
            for parameter in self._parameters
        )


def _with_statement(query: Query, using: str) -> tuple[Any, _Statement]:
    compiler: Any = query.get_compiler(using=using)
    statement = compiler.as_sql = _Statement(compiler)
    return compiler, statement
