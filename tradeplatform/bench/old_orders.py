"""Fills the database with orders of the past year, their alerts and their history, by the million.

They are numbered backwards: number 0 ended just now, number 10,000,000 a year ago. All have lower
ids than what is traded after `reserve_ids`, the oldest the lowest.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from strategies.models import Subscription
from tradeplatform.bench.old_rows import INDEXES, INSERTS, TEMPORARY
from tradeplatform.lib.services.child import stop
from tradeplatform.lib.services.throwaway import start, throwaway_postgres

_CEILING = 1_000_000_000
_SECONDS_APART = 365 * 24 * 60 * 60 / 10_000_000
_ORDERS_OF_A_SIGNAL = 20
_NUMBERED = ("orders_dispatch", "orders_order", "orders_orderevent")

# As fast as it goes: nobody else uses the database, and what refers to what is known to be right.
_HASTE = """
SET synchronous_commit = off;
SET session_replication_role = replica;
SET maintenance_work_mem = '512MB';
SET jit = off;
"""
# What inserts leave free on a page, updates of its orders have filled since.
_FULL_PAGES = """
ALTER TABLE orders_order SET (fillfactor = 100);
ALTER TABLE orders_orderevent SET (fillfactor = 100);
"""
_AS_MIGRATED = """
ALTER TABLE orders_order SET (fillfactor = 90);
ALTER TABLE orders_orderevent SET (fillfactor = 90);
"""


def reserve_ids() -> None:
    """Leave the lower ids to old orders; call before the first new one."""
    with connection.cursor() as cursor:
        for table in _NUMBERED:
            cursor.execute(f"ALTER TABLE {table} ALTER id RESTART WITH {_CEILING + 1}")


def add_old_orders(state_dir: Path, *, first: int, last: int, now: datetime) -> None:
    """`insert_old_orders` into the database of the platform of this directory, which is stopped."""
    if first == last:
        return
    services = start([throwaway_postgres(state_dir, durable=False)])
    try:
        insert_old_orders(first=first, last=last, now=now)
    finally:
        stop(services)
    os.sync()  # what the disk still has to write must not slow down what is measured then


def insert_old_orders(*, first: int, last: int, now: datetime) -> None:
    """Orders of these numbers, `last` not among them, of all subscriptions in turn.

    Both are multiples of 20. Nobody else may use the database meanwhile. What its own housekeeping
    would do a minute later is done.
    """
    given: dict[str, Any] = {"first": first, "last": last, "now": now}
    given |= {"each": _ORDERS_OF_A_SIGNAL, "apart": _SECONDS_APART, "ceiling": _CEILING}
    with connection.cursor() as cursor:
        cursor.execute(_HASTE + _FULL_PAGES + TEMPORARY)
        given["seats"] = _fill_seats(cursor)
        with _without_indexes(cursor):
            for insert in INSERTS.values():
                cursor.execute(insert, given)
        cursor.execute(_AS_MIGRATED)
        cursor.execute("VACUUM ANALYZE")
    connection.close()  # and with it our settings and temporary tables


def _fill_seats(cursor: CursorWrapper) -> int:
    """How many there are."""
    seats = list(_seats())
    cursor.executemany(
        "INSERT INTO seats VALUES (%s, %s, %s, %s, %s, %s)",
        [(number, *seat) for number, seat in enumerate(seats)],
    )
    cursor.execute("ANALYZE seats, fates, steps")
    return len(seats)


def _seats() -> Iterator[tuple[Any, ...]]:
    """A strategy's subscriptions, some of them again until its last signal has all its orders."""
    rows = Subscription.objects.order_by("strategy", "id").values_list(
        "strategy", "strategy__owner", "id", "account"
    )
    for _, of_strategy in groupby(rows, key=lambda row: row[0]):
        own = list(of_strategy)
        missing = -len(own) % _ORDERS_OF_A_SIGNAL
        for position in range(len(own) + missing):
            yield (*own[position % len(own)], position // len(own))


@contextmanager
def _without_indexes(cursor: CursorWrapper) -> Iterator[None]:
    """Drop the tables' indexes and make them anew at the end, which is faster than to keep them."""
    cursor.execute(INDEXES, {"tables": list(INSERTS)})
    indexes = cursor.fetchall()
    for drop, _ in indexes:
        cursor.execute(drop)
    yield
    for _, create in indexes:
        cursor.execute(create)
