"""Which worker process serves an account: always the same one, so that it has one client, one
order of sending and one lock for it."""

from typing import TypeVar

from django.conf import settings
from django.db.models import F, Model, QuerySet
from django.db.models.lookups import Exact

from tradeplatform.lib.compiled_queries import Parameter

M = TypeVar("M", bound=Model)


def shard_of(account_id: int) -> int:
    """The shard of an account."""
    return account_id % int(settings.SHARDS)


def queue_of(shard: int) -> str:
    """The queue that only this shard's worker reads."""
    return f"shard{shard}"


def in_shard(
    rows: QuerySet[M], shard: int | Parameter, *, shards: int | Parameter | None = None
) -> QuerySet[M]:
    """The rows whose `account_id` belongs to the shard, out of `settings.SHARDS` or of `shards`."""
    return rows.filter(Exact(F("account_id") % (shards or settings.SHARDS), shard))
