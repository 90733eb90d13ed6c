"""Which accounts are to be polled now, and what we know of their open orders."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.exchange.types import Login, MarketType
from accounts.shards import in_any_shard, in_shard
from orders.models import SILENT_AFTER, Feed, Order, is_pushed
from orders.planning import login_in
from orders.transitions import OPEN, OrderStatus
from strategies.models import Subscription
from tradeplatform.lib.compiled_queries import AnyOf, CompiledQuery, Parameter

_Key = tuple[int, str]

# Orders that a venue may be asked about; those under way have an answer of their own coming.
FOLLOWED = Q(status__in=sorted(OPEN - {OrderStatus.INITIALIZED})) & (
    Q(answered_at__isnull=False) | Q(outcome_unknown_since__isnull=False)
)
# What comparing reads; an account may have thousands of open orders.
_COMPARED = (
    "account_id",
    "client_order_id",
    "venue_order_id",
    "symbol",
    "order_type",
    "status",
    "quantity",
    "filled_quantity",
    "venue_filled_quantity",
    "needs_attention",
    "outcome_unknown_since",
    "missed_look_ups",
    "looked_up_at",
    "submitted_at",
    "answered_at",
)

# A list of everything is dear where exchanges count requests (docs/limits.md), and only orders that
# bear our ids and are not ours are found by it alone.
_FULL_LIST_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class AccountPoll:
    """One account's orders in one type of market, as our database has them.

    `is_full`: all of the account's open orders are to be asked for, whatever their symbols.
    """

    feed_id: int
    account_name: str
    login: Login
    orders: tuple[Order, ...]
    is_full: bool = True

    @property
    def symbols(self) -> frozenset[str] | None:
        """What to list; None for everything."""
        return None if self.is_full else frozenset(order.symbol for order in self.orders)


def reset_feeds(shard: int) -> None:
    """At a worker's start: nothing is known of what happened meanwhile at the venues."""
    in_shard(Feed.objects.all(), shard).update(reconciled_at=None, polled_at=None)
    _add_feeds(_without_feed(in_shard(_trading() | _with_orders(), shard)), reconciled_at=None)


def add_all_feeds(*, reconciled_at: datetime) -> None:
    """Feeds for every account that trades or has open orders, where there are none yet.

    They count as reconciled: an account without a feed is one that no start has waited for.
    """
    _add_feeds(_without_feed(_trading() | _with_orders()), reconciled_at=reconciled_at)


def _without_feed(subscriptions: QuerySet[Subscription]) -> "QuerySet[Subscription, _Key]":
    """These subscriptions' accounts and market types that have no feed yet."""
    feeds = Feed.objects.filter(
        account=OuterRef("account"), market_type=OuterRef("strategy__market_type")
    )
    missing = subscriptions.filter(~Exists(feeds)).order_by("account_id")
    return missing.values_list("account_id", "strategy__market_type").distinct()


def _add_feeds(keys: "Iterable[_Key]", *, reconciled_at: datetime | None) -> None:
    Feed.objects.bulk_create(
        [
            Feed(account_id=account, market_type=market_type, reconciled_at=reconciled_at)
            for account, market_type in keys
        ],
        ignore_conflicts=True,
    )


def claim_due(
    shard: int, *, now: datetime, under_way: Collection[int] = ()
) -> tuple[AccountPoll, ...]:
    """The shard's accounts that are due, stamped as polled, so that no other beat takes them too.

    Feeds whose poll is `under_way` stay due: they may have been asked for since it began. An
    account that got its first orders since the start has none that we do not know of.
    """
    _add_feeds(_NEW.all(shard=shard, shards=settings.SHARDS), reconciled_at=now)
    with transaction.atomic():
        due = _DUE.all(
            shard=shard,
            shards=settings.SHARDS,
            under_way=list(under_way),
            heard_after=now - SILENT_AFTER,
            often=now - timedelta(seconds=settings.POLL_SECONDS_STREAM_DOWN),
            seldom=now - timedelta(seconds=settings.POLL_SECONDS_STREAM_UP),
        )
        if not due:
            return ()
        Feed.objects.filter(id__in=[feed.pk for feed in due]).update(polled_at=now)
    return polls_of(due, full_before=now - _FULL_LIST_EVERY)


def followed_feeds() -> QuerySet[Feed]:
    """Feeds with open orders, whether or not the account is active, and those not reconciled."""
    in_feed = {
        "account": OuterRef("account"),
        "subscription__strategy__market_type": OuterRef("market_type"),
    }
    trading = _trading().filter(
        account=OuterRef("account"), strategy__market_type=OuterRef("market_type")
    )
    return Feed.objects.select_related("account").filter(
        Exists(Order.objects.filter(FOLLOWED, **in_feed))
        | Q(reconciled_at__isnull=True) & Exists(trading)
    )


def polls_of(
    feeds: Collection[Feed], *, full_before: datetime | None = None
) -> tuple[AccountPoll, ...]:
    """The feeds with their open orders, read in one query.

    Those that were listed in full since `full_before` are to be listed by symbol only.
    """
    orders = _orders_of({feed.account_id for feed in feeds})
    return tuple(
        AccountPoll(
            feed_id=feed.pk,
            account_name=feed.account.name,
            login=login_in(feed.account, MarketType(feed.market_type)),
            orders=tuple(orders[feed.account_id, feed.market_type]),
            is_full=not _was_listed(feed, since=full_before),
        )
        for feed in feeds
    )


def _was_listed(feed: Feed, *, since: datetime | None) -> bool:
    return since is not None and feed.listed_at is not None and feed.listed_at >= since


def _orders_of(account_ids: Iterable[int]) -> dict[tuple[int, str], list[Order]]:
    found: dict[tuple[int, str], list[Order]] = defaultdict(list)
    rows = (
        Order.objects.filter(FOLLOWED, account_id__in=list(account_ids))
        .annotate(market_type=F("subscription__strategy__market_type"))
        .only(*_COMPARED)
        .order_by("id")
    )
    for order in rows:
        found[order.account_id, order.market_type].append(order)
    return found


def _trading() -> QuerySet[Subscription]:
    return Subscription.objects.filter(
        is_active=True, account__is_active=True, strategy__is_active=True
    )


def _with_orders() -> QuerySet[Subscription]:
    return Subscription.objects.filter(
        Exists(Order.objects.filter(FOLLOWED, subscription=OuterRef("pk")))
    )


def _due_feeds() -> QuerySet[Feed]:
    pushed = is_pushed(heard_after=Parameter("heard_after")) & Q(reconciled_at__isnull=False)
    is_due = (
        Q(polled_at__isnull=True)
        | Q(polled_at__lte=Parameter("seldom"))
        | ~pushed & Q(polled_at__lte=Parameter("often"))
    )
    return (
        in_any_shard(followed_feeds())
        .filter(is_due, ~Q(AnyOf(F("id"), Parameter("under_way"))))
        .select_for_update(of=("self",), no_key=True, skip_locked=True)
        .order_by("id")
    )


# Asked every second, mostly for nothing.
_NEW = CompiledQuery(lambda: _without_feed(in_any_shard(_with_orders())))
_DUE = CompiledQuery(_due_feeds)
