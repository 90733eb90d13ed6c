"""The streams' side of the feed rows: who is to be watched, and what became of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.exchange.types import Login, MarketType
from accounts.shards import in_shard
from orders.models import SILENT_AFTER, Feed, Order, StreamState, is_pushed
from orders.planning import login_of
from orders.transitions import OPEN
from strategies.models import Subscription


def logins_to_watch(shard: int) -> dict[tuple[int, MarketType], Login]:
    """The shard's accounts that may have orders, once per type of market they trade."""
    rows = in_shard(_watched().select_related("account", "strategy"), shard)
    logins = (login_of(row.account, row.strategy) for row in rows)
    return {(login.account_id, login.market.market_type): login for login in logins}


def broken_streams(feeds: QuerySet[Feed], *, now: datetime) -> QuerySet[Feed]:
    """Those of the feeds that should be pushed and are not: the stream is down, or silent."""
    watched = _watched().filter(
        account=OuterRef("account"), strategy__market_type=OuterRef("market_type")
    )
    should_be = feeds.filter(Exists(watched)) if settings.STREAMS else feeds.none()
    pushed = is_pushed(heard_after=now - SILENT_AFTER)
    return should_be.exclude(stream_state=StreamState.NOT_SUPPORTED).exclude(pushed)


def _watched() -> QuerySet[Subscription]:
    with_orders = Order.objects.filter(status__in=sorted(OPEN)).values("subscription")
    return Subscription.objects.filter(
        Q(is_active=True, account__is_active=True, strategy__is_active=True) | Q(id__in=with_orders)
    )


def write_streams(feeds: Sequence[Feed], *, now: datetime) -> None:
    """Write the streams' state into the feed rows, making those that are missing."""
    _free_newcomers(feeds, now)
    Feed.objects.bulk_create(
        feeds,
        update_conflicts=True,
        unique_fields=["account", "market_type"],
        update_fields=["stream_state", "stream_seen_at", "stream_problem"],
    )


def _free_newcomers(feeds: Sequence[Feed], now: datetime) -> None:
    """An account that never had an order has none at its venue that we could not know of."""
    account_ids = {feed.account_id for feed in feeds}
    known = set(Feed.objects.filter(account__in=account_ids).values_list("account", "market_type"))
    for feed in feeds:
        is_new = (feed.account_id, feed.market_type) not in known
        if is_new and not Order.objects.filter(account=feed.account_id).exists():
            feed.reconciled_at = now


def ask_for_poll(account_id: int, market_type: MarketType) -> None:
    """Have the account polled soon: while its stream was away something may have happened."""
    Feed.objects.filter(account=account_id, market_type=market_type).update(polled_at=None)


def mark_down(shard: int, *, except_for: Iterable[tuple[int, MarketType]] = ()) -> None:
    """Say that nobody watches the shard's accounts, but for these."""
    watched = set(except_for)
    for feed in in_shard(Feed.objects.filter(stream_state=StreamState.UP), shard):
        if (feed.account_id, feed.market_type) not in watched:
            Feed.objects.filter(pk=feed.pk).update(stream_state=StreamState.DOWN)


def feed_of(login: Login, *, state: StreamState, problem: str, seen_at: datetime | None) -> Feed:
    """The row to write for a login's stream."""
    return Feed(
        account_id=login.account_id,
        market_type=login.market.market_type,
        stream_state=state,
        stream_problem=problem[:300],
        stream_seen_at=seen_at,
    )
