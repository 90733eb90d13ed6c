"""Committed rows become notices: read behind a cursor, once per channel that wants them.

Notices and cursors are written in one transaction, so a crash loses nothing; the notices' unique
key makes reading a row twice harmless.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial

from django.db import connection, transaction
from django.db.models import CharField, Exists, Max, OuterRef
from django.db.models.functions import Cast

from tradeplatform.notifications.audience import Audience, read_audience
from tradeplatform.notifications.cursors import Horizon, from_json, starting_at
from tradeplatform.notifications.events import Event, News
from tradeplatform.notifications.models import Condition, Notice, Notifier
from tradeplatform.notifications.sources import CONDITIONS, TABLES
from tradeplatform.notifications.sources.kinds import Conditions, Table, Wrong

logger = logging.getLogger(__name__)

# What is older when it is found, after a long outage, is not told any more.
MAX_AGE = timedelta(days=1)
# Of one table in one round; the rest has its turn in the next.
AT_MOST = 2_000


def collect(*, now: datetime) -> None:
    """Make notices of what is new. Two at once do no harm: the second leaves it to the first.

    A source that fails is logged and has its turn in the next round.
    """
    Notifier.objects.get_or_create(pk=1, defaults={"seen_at": now})
    with transaction.atomic():
        notifier = Notifier.objects.select_for_update(skip_locked=True).filter(pk=1).first()
        if notifier is None:
            return
        audience, horizon = read_audience(), _horizon()
        for table in TABLES:
            _try(partial(_collect_rows, table, notifier, audience, horizon=horizon, now=now))
        known = set(Condition.objects.values_list("source", flat=True))
        for conditions in CONDITIONS:
            is_known = conditions.name in known
            _try(partial(_collect_conditions, conditions, audience, is_known=is_known, now=now))
        notifier.seen_at = now
        notifier.save()


def _try(work: Callable[[], None]) -> None:
    """One source must not silence the others."""
    try:
        with transaction.atomic():
            work()
    except Exception:
        logger.exception("a source of notices failed")


def _horizon() -> Horizon:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint"
            " FROM pg_current_snapshot() s"
        )
        oldest, following = cursor.fetchone()
    return Horizon(oldest=oldest, following=following)


def _collect_rows(
    table: Table, notifier: Notifier, audience: Audience, *, horizon: Horizon, now: datetime
) -> None:
    newest = table.model._default_manager.aggregate(newest=Max("pk"))["newest"] or 0
    stored = notifier.cursors.get(table.name)
    cursor = from_json(stored) if stored else starting_at(newest, horizon)
    news = _untold(table, audience.owners(table.event), floor=cursor.floor, since=now - MAX_AGE)
    _write(news, audience, event=table.event, source=table.name)
    if len(news) < AT_MOST:
        cursor = cursor.raised(newest=newest, horizon=horizon)
    notifier.cursors[table.name] = cursor.to_json()


def _untold(table: Table, owners: list[int], *, floor: int, since: datetime) -> list[News]:
    """The oldest rows above the floor of which no channel was told."""
    if not owners:
        return []
    told = Notice.objects.filter(
        source=table.name, source_key=Cast(OuterRef("pk"), CharField(max_length=120))
    )
    rows = table.rows(owners).filter(pk__gt=floor, **{f"{table.written_at}__gte": since})
    return [table.describe(row) for row in rows.exclude(Exists(told)).order_by("pk")[:AT_MOST]]


def _collect_conditions(
    conditions: Conditions, audience: Audience, *, is_known: bool, now: datetime
) -> None:
    """`is_known`: something was wrong in the last round."""
    wrong = {each.key: each for each in conditions.wrong_at(now)}
    if not wrong and not is_known:
        return
    rows = Condition.objects.filter(source=conditions.name)
    over = rows.exclude(key__in=list(wrong))
    ended = over.filter(is_told=True) if conditions.is_end_told else ()
    news = [_is_over(row, now) for row in ended]
    over.delete()
    Condition.objects.bulk_create(
        [_condition(conditions, each, now) for each in wrong.values()],
        ignore_conflicts=True,  # what goes on is what it was
    )
    lasting = rows.filter(is_told=False, since__lte=now - conditions.patience)
    news += [_has_begun(row) for row in lasting.order_by("id")]
    lasting.update(is_told=True)
    _write(news, audience, event=conditions.event, source=conditions.name)


def _condition(conditions: Conditions, wrong: Wrong, now: datetime) -> Condition:
    return Condition(
        source=conditions.name,
        key=wrong.key,
        owner_id=wrong.owner_id,
        text=wrong.text[:300],
        since=now,
    )


def _has_begun(row: Condition) -> News:
    key = f"{row.key} {row.since.isoformat()}"
    return News(key=key, owner_id=row.owner_id, at=row.since, text=row.text)


def _is_over(row: Condition, now: datetime) -> News:
    key = f"{row.key} {row.since.isoformat()} over"
    return News(key=key, owner_id=row.owner_id, at=now, text=f"Over: {row.text}")


def _write(news: Iterable[News], audience: Audience, *, event: Event, source: str) -> None:
    notices = [
        notice for each in news for notice in audience.notices(each, event=event, source=source)
    ]
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
