"""Which open orders may be due by a rule of their strategy: read in a fixed number of queries."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import (
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)

from accounts.exchange.types import MarketKey, OrderType, Side
from accounts.shards import in_shard
from orders.chains import whole_chain
from orders.expiry.deciding import Candidate
from orders.models import Expiry, Order
from orders.planning import login_of
from orders.transitions import OrderStatus
from strategies.models import ExpiryRule

# At the venue and nobody has asked for their cancel.
WATCHED = (OrderStatus.ACCEPTED, OrderStatus.PARTIALLY_FILLED)


@dataclass(frozen=True, slots=True)
class Watched:
    """An open order with the active rules of its strategy, by rank."""

    order_id: int
    market: MarketKey
    symbol: str
    candidate: Candidate
    rules: tuple[ExpiryRule, ...]


def watched_orders(shard: int, *, now: datetime) -> list[Watched]:
    """The shard's open orders for which a rule is old enough, or looks at prices."""
    orders = list(with_chain(in_shard(_due(now), shard)).order_by("id"))
    rules = _active_rules({order.subscription.strategy_id for order in orders})
    return [_watched(order, rules[order.subscription.strategy_id]) for order in orders]


def with_chain(orders: QuerySet[Order]) -> QuerySet[Order]:
    """With what `candidate_of` reads beside the order itself."""
    first = whole_chain().filter(attempt=0)
    return orders.select_related("account", "subscription__strategy").annotate(
        first_limit_price=Subquery(first.values("limit_price")[:1]),
        acted=ArrayAgg("expiries__rule", filter=Q(expiries__rule__isnull=False), default=[]),
    )


def candidate_of(order: Order) -> Candidate:
    """The order as rules see it; it comes from `with_chain`."""
    first: Decimal | None = getattr(order, "first_limit_price")  # noqa: B009  an annotation
    acted: list[int] = getattr(order, "acted")  # noqa: B009  an annotation
    if order.submitted_at is None:
        raise ValueError(f"order {order.pk} was never sent")
    return Candidate(
        side=Side(order.side),
        order_type=OrderType(order.order_type),
        is_close=order.is_close,
        submitted_at=order.submitted_at,
        limit_price=order.limit_price,
        first_limit_price=first,
        attempt=order.attempt,
        acted=frozenset(acted),
    )


def _due(now: datetime) -> QuerySet[Order]:
    is_old = Q(cutoff__gte=OuterRef("submitted_at"))
    looks_at_prices = Q(drift_percent__isnull=False) | Q(is_kept_between_levels=True)
    cutoff = ExpressionWrapper(
        Value(now) - F("after_seconds") * Value(timedelta(seconds=1)), output_field=DateTimeField()
    )
    due_rule = (
        ExpiryRule.objects.filter(
            Q(side="") | Q(side=OuterRef("side")),
            strategy=OuterRef("subscription__strategy"),
            is_active=True,
        )
        .annotate(cutoff=cutoff)
        .filter(is_old | looks_at_prices)
    )
    acted = Expiry.objects.filter(order=OuterRef(OuterRef("pk")), rule=OuterRef("pk"))
    return Order.objects.filter(
        Exists(due_rule.exclude(Exists(acted))),
        status__in=WATCHED,
        outcome_unknown_since__isnull=True,
    ).exclude(order_type=OrderType.MARKET)


def _active_rules(strategy_ids: set[int]) -> dict[int, tuple[ExpiryRule, ...]]:
    rules: dict[int, list[ExpiryRule]] = defaultdict(list)
    rows = ExpiryRule.objects.filter(strategy__in=strategy_ids, is_active=True)
    for rule in rows.order_by("rank", "id"):
        rules[rule.strategy_id].append(rule)
    return {strategy_id: tuple(rules[strategy_id]) for strategy_id in strategy_ids}


def _watched(order: Order, rules: tuple[ExpiryRule, ...]) -> Watched:
    return Watched(
        order_id=order.pk,
        market=login_of(order.account, order.subscription.strategy).market,
        symbol=order.symbol,
        candidate=candidate_of(order),
        rules=rules,
    )
