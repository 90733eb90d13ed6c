"""When a switch is obeyed everywhere: once no writing transaction of ours that had begun before its
commit is under way.

Decisions write or lock first and then read the switches, all in one transaction; so later ones
obey, and earlier ones have ended by then: what they ordered is committed and can be canceled. It
costs the order path nothing. Any other writing transaction of ours counts as well, so the moment
may be told late, never early; one that only reads has no transaction id.
"""

from datetime import datetime

from django.db import connection
from django.db.models.functions import Now

from strategies.models import TradingRun

_STILL_DECIDING = """
    SELECT clock_timestamp(), EXISTS (
        SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND usename = current_user
          AND pid <> pg_backend_pid() AND backend_xid IS NOT NULL AND xact_start <= %s)
"""


def note_commit(run_id: int) -> None:
    """Write down, by the database's clock, that the run is committed; call after that."""
    TradingRun.objects.filter(id=run_id, committed_at__isnull=True).update(committed_at=Now())


def obeyed_at(committed_at: datetime) -> datetime | None:
    """The database's time when every decision begun before has ended; None while one has not."""
    with connection.cursor() as cursor:
        cursor.execute(_STILL_DECIDING, [committed_at])
        now, is_deciding = cursor.fetchone()
    return None if is_deciding else now
