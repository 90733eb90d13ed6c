"""Which worker process serves an account: always the same one, so that it has one client, one
order of sending and one lock for it."""

from typing import TypeVar

from django.conf import settings
from django.db.models import F, IntegerField, Model, QuerySet
from django.db.models.lookups import Exact

from tradeplatform.lib.compiled_queries import Parameter

M = TypeVar("M", bound=Model)


def shard_of(account_id: int) -> int:
    """The shard of an account."""
    return account_id % int(settings.SHARDS)


def queue_of(shard: int) -> str:
    """The queue that only this shard's worker reads."""
    return f"shard{shard}"


def in_shard(rows: QuerySet[M], shard: int, *, shards: int | None = None) -> QuerySet[M]:
    """The rows whose `account_id` belongs to the shard, out of `settings.SHARDS` or of `shards`."""
    return rows.filter(Exact(F("account_id") % (shards or settings.SHARDS), shard))


def in_any_shard(rows: QuerySet[M]) -> QuerySet[M]:
    """The same for a query that is built once: each run gives `shard` and `shards`."""
    shards = Parameter("shards", IntegerField())
    return rows.filter(Exact(F("account_id") % shards, Parameter("shard")))
