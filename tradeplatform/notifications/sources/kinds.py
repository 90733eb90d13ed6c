"""The two kinds of sources."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model, QuerySet

from tradeplatform.notifications.events import Event, News


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that are written once and concern the owner of an account.

    `rows` finds those of these owners' accounts, with whatever `describe` reads of them;
    `written_at` is the field that says when.
    """

    name: str
    event: Event
    model: type[Model]
    written_at: str
    rows: Callable[[Collection[int]], QuerySet[Any]]
    describe: Callable[[Any], News]


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that is wrong now. `key` names it within its source while it lasts.

    `owner_id` says whom it concerns; None is the platform itself, and superusers hear of it.
    """

    key: str
    owner_id: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Conditions:
    """What is wrong at a time; told once it has lasted for `patience`, and when it is over.

    Without `is_end_told` it is what happened lately, and told once.
    """

    name: str
    event: Event
    wrong_at: Callable[[datetime], Iterable[Wrong]]
    patience: timedelta = timedelta(0)
    is_end_told: bool = True
