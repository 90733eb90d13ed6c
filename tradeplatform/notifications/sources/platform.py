"""What is wrong with the platform's own processes, for superusers."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count

from accounts.shards import shard_of
from orders.models import Dispatch, Feed
from orders.polling.due import followed_feeds
from orders.streaming import feeds
from tradeplatform.notifications.sources.kinds import Wrong

_WAITING_AFTER = timedelta(seconds=10)
# A poll takes its turn and its time; later than this nobody asks any more.
_POLL_GRACE = timedelta(minutes=2)


def silent_workers(now: datetime) -> Iterator[Wrong]:
    """Shards whose alerts wait, or whose accounts nobody polls."""
    yield from _waiting_alerts(now)
    yield from _overdue_polls(now)


def _waiting_alerts(now: datetime) -> Iterator[Wrong]:
    unclaimed = Dispatch.objects.filter(
        settled_at__isnull=True, claimed_at__isnull=True, created_at__lt=now - _WAITING_AFTER
    )
    for shard, count in unclaimed.values_list("shard").annotate(Count("pk")).order_by("shard"):
        yield Wrong(
            key=f"alerts of shard {shard}",
            owner_id=None,
            text=f"Worker {shard} is silent: {_counted(count, 'alert')} not taken for 10 s or more",
        )


def _overdue_polls(now: datetime) -> Iterator[Wrong]:
    latest = now - _POLL_GRACE - timedelta(seconds=settings.POLL_SECONDS_STREAM_UP)
    overdue = followed_feeds().filter(account__is_active=True, polled_at__lt=latest)
    counts = Counter(shard_of(feed.account_id) for feed in overdue)
    for shard, count in sorted(counts.items()):
        yield Wrong(
            key=f"polls of shard {shard}",
            owner_id=None,
            text=f"Worker {shard} or the beat is silent: {_counted(count, 'account')} not polled",
        )


def broken_streams(now: datetime) -> Iterator[Wrong]:
    """Shards with streams that should push and do not."""
    broken = feeds.broken_streams(Feed.objects.all(), now=now)
    counts = Counter(shard_of(feed.account_id) for feed in broken)
    for shard, count in sorted(counts.items()):
        yield Wrong(
            key=f"shard {shard}",
            owner_id=None,
            text=f"Order streams of shard {shard} are down or silent: {_counted(count, 'account')} "
            "followed by polls only",
        )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
