"""Read what a dispatch needs, in one query per table, before it is claimed."""

from dataclasses import replace
from datetime import UTC, datetime

from django.db.models import Q, QuerySet

from accounts.breakers.sharing import adopt_rows
from accounts.exchange.gate import gate
from accounts.exchange.types import Environment, Login, MarketKey, MarketType
from accounts.models import Account
from accounts.shards import in_shard
from orders.models import Dispatch
from orders.obstacles import Obstacle, obstacles
from orders.work import Plan, Subscriber
from strategies.intents import from_json
from strategies.models import Signal, Strategy, Subscription
from strategies.sizing import Allocation


def strategy_of(dispatch_id: int) -> int | None:
    """The id of the strategy that a dispatch belongs to; None when there is no such dispatch."""
    rows = Dispatch.objects.filter(id=dispatch_id).values_list("signal__strategy", flat=True)
    return rows.first()


def waiting_dispatches(dispatch_id: int) -> list[int]:
    """This dispatch and those of its strategy and shard that came before and nobody claimed.

    Oldest first: what a strategy asked for is committed in the order in which it asked.
    """
    asked = Dispatch.objects.select_related("signal").filter(id=dispatch_id).first()
    if asked is None:
        return []
    waiting = Dispatch.objects.filter(
        claimed_at__isnull=True,
        settled_at__isnull=True,
        shard=asked.shard,
        signal__strategy=asked.signal.strategy_id,
        created_at__lte=asked.created_at,
    )
    return list(waiting.order_by("created_at", "id").values_list("id", flat=True))


def load_plan(dispatch_id: int) -> Plan | None:
    """The plan of a dispatch that nobody has claimed yet; None if somebody has."""
    dispatch = (
        Dispatch.objects.select_related("signal__strategy", "signal__flatten_run__person")
        .filter(id=dispatch_id, claimed_at__isnull=True)
        .first()
    )
    if dispatch is None:
        return None
    signal = dispatch.signal
    subscriptions = list(
        in_shard(trading_subscriptions(signal), dispatch.shard, shards=dispatch.shards)
    )
    hindered = obstacles(
        [row.account for row in subscriptions], MarketType(signal.strategy.market_type)
    )
    adopt_rows()  # of other processes' breakers
    return Plan(
        dispatch_id=dispatch.pk,
        shard=dispatch.shard,
        shards=dispatch.shards,
        signal=signal,
        intents=tuple(from_json(plain) for plain in signal.intents),
        subscribers=tuple(
            _subscriber(row, signal.strategy, hindered.get(row.account_id)) for row in subscriptions
        ),
    )


def trading_subscriptions(signal: Signal) -> QuerySet[Subscription]:
    """The subscriptions on which the signal's sender may open orders now.

    A flatten's are those that it names, switched off or not: it only closes.
    """
    if signal.flatten_run_id is not None:
        named = {pk for plain in signal.intents for pk in plain["subscription_ids"]}
        return _with_accounts(Q(id__in=named))
    strategy = signal.strategy
    rows = sender_subscriptions(signal).filter(is_active=True, account__is_active=True)
    if not strategy.is_active:
        return rows.none()
    return rows if strategy.is_public else rows.filter(account__owner=strategy.owner_id)


def sender_subscriptions(signal: Signal) -> QuerySet[Subscription]:
    """The subscriptions a signal acts on: all for the strategy's owner, else the sender's own."""
    wanted = Q(strategy=signal.strategy_id)
    if signal.sender_id != signal.strategy.owner_id:
        wanted &= Q(account__owner=signal.sender_id)
    return _with_accounts(wanted)


def _with_accounts(wanted: Q) -> QuerySet[Subscription]:
    return Subscription.objects.filter(wanted).select_related("account").order_by("id")


def login_of(account: Account, strategy: Strategy) -> Login:
    """How to reach the account for orders of this strategy."""
    return login_in(account, MarketType(strategy.market_type))


def login_in(account: Account, market_type: MarketType) -> Login:
    """How to reach the account in its markets of this type."""
    return Login(
        account_id=account.pk,
        market=MarketKey(
            venue=account.venue,
            environment=Environment(account.environment),
            market_type=market_type,
        ),
        encrypted_credentials=account.encrypted_credentials,
    )


def _subscriber(row: Subscription, strategy: Strategy, obstacle: Obstacle | None) -> Subscriber:
    login = login_of(row.account, strategy)
    pause = gate().refusal(login, now=datetime.now(UTC))
    if pause is not None:
        obstacle = replace(obstacle or Obstacle(), pause=pause)
    return Subscriber(
        subscription_id=row.pk,
        owner_id=row.account.owner_id,
        login=login,
        allocation=Allocation(capital=row.capital, leverage=row.leverage),
        has_symbol_limit=row.max_symbols is not None,
        obstacle=obstacle,
    )
