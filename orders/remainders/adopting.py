"""A person's word: what the account holds beyond its strategies' positions is the owner's own."""

from collections.abc import Mapping
from datetime import datetime

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from orders.models import Remainder
from tradeplatform.lib.decimals import plain


def adopt(*, shown: Mapping[int, str], person: AbstractBaseUser, now: datetime) -> int:
    """Accept remainders and end their drift; returns how many.

    `shown` are, by the row's id, the remainders that the person saw, as `plain` writes them. One
    that a check has found to be another since is left, and one where coins of strategies are
    missing: that is a position to correct. Who did it and what was accepted is written to the
    admin's log.
    """
    rows = Remainder.objects.filter(id__in=shown, differs_since__isnull=False)
    with transaction.atomic():
        locked = rows.select_for_update().order_by("id")
        adopted = [
            row for row in locked if plain(row.found) == shown[row.pk] and not row.is_missing
        ]
        for row in adopted:
            _adopt(row, person, now)
    return len(adopted)


def _adopt(row: Remainder, person: AbstractBaseUser, now: datetime) -> None:
    LogEntry.objects.log_actions(
        user_id=person.pk,
        queryset=[row],
        action_flag=CHANGE,
        change_message=f"Adopted {plain(row.found)} instead of {plain(row.accepted)} at "
        f"{now:%Y-%m-%d %H:%M:%S} UTC.",
    )
    row.accepted = row.found
    row.differs_since = None
    row.drifted_at = None
    row.save()
