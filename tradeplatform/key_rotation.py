"""Encrypt everything that is kept encrypted with the newest key, while the platform works.

Kept encrypted is every column whose name begins with `encrypted_`. A row is compared and set in one
statement: what somebody else wrote meanwhile stays, no row is locked, and a run that breaks off is
finished by the next. An older key is dropped only once no row needs it; two runs at once could
drop one between them, so the second is refused.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import Model

from tradeplatform.lib.encryption import CannotDecrypt, reencrypt
from tradeplatform.lib.secret_file import add_secret

_PREFIX = "encrypted_"
_BATCH = 500
# A row that somebody changes at the same moment is met again by the next pass.
_MOST_PASSES = 5
# Any number that no other advisory lock of ours has.
LOCK = 7_366_001


class RotationRuns(Exception):
    """Another process rotates: wait for its end."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column whose text is encrypted."""

    model: type[Model]
    name: str

    def __str__(self) -> str:
        return f"{self.model._meta.label}.{self.name}"


@dataclass(frozen=True, slots=True)
class Rotation:
    """How many rows got the newest key, and which could not be read by any key."""

    changed: int
    unreadable: tuple[str, ...]


def rotate() -> Rotation:
    """Bring every row under the first key. Where the installation keeps its own key and nothing is
    left of an earlier run, that is a new one. Raises RotationRuns.
    """
    with _alone():
        return _rotate()


def encrypted_columns() -> Iterator[Column]:
    """Every column that is kept encrypted."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.name.startswith(_PREFIX):
                yield Column(model, field.name)


def stored_texts() -> Iterator[str]:
    """Everything that is kept encrypted, as it is stored."""
    for column in encrypted_columns():
        for _, token in _rows(column):
            yield token


def renew(column: Column, key: object, *, token: str) -> int:
    """Encrypt the row's text anew if an older key did it and it still is what was read: 1, else 0.

    Raises CannotDecrypt when no key fits.
    """
    renewed = reencrypt(token)
    if renewed == token:
        return 0
    unchanged = column.model._default_manager.filter(**{"pk": key, column.name: token})
    return unchanged.update(**{column.name: renewed})


@contextmanager
def _alone() -> Iterator[None]:
    """Held by the connection: whatever ends the process lets the next one in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if cursor.fetchone() != (True,):
            raise RotationRuns
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _rotate() -> Rotation:
    if not settings.ENCRYPTION_KEYS and not any(_is_outdated(text) for text in stored_texts()):
        add_secret(settings.ENCRYPTION_KEY_FILE)
    changed = 0
    for _ in range(_MOST_PASSES):
        done = _renew_all()
        changed += done.changed
        if not done.changed:
            break
    return Rotation(changed=changed, unreadable=done.unreadable)


def _renew_all() -> Rotation:
    changed = 0
    unreadable: list[str] = []
    for column in encrypted_columns():
        for key, token in _rows(column):
            try:
                changed += renew(column, key, token=token)
            except CannotDecrypt:
                unreadable.append(f"{column} of row {key}")
    return Rotation(changed=changed, unreadable=tuple(unreadable))


def _rows(column: Column) -> Iterator[tuple[object, str]]:
    found = column.model._default_manager.exclude(**{column.name: ""}).order_by("pk")
    rows = found.values_list("pk", column.name)
    batch = list(rows[:_BATCH])
    while batch:
        yield from batch
        batch = list(rows.filter(pk__gt=batch[-1][0])[:_BATCH])


def _is_outdated(token: str) -> bool:
    try:
        return reencrypt(token) != token
    except CannotDecrypt:
        return False
