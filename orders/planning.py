"""Read what a dispatch needs, in one query per table, before it is claimed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db.models import F, Q, QuerySet

from accounts.breakers.sharing import adopt_rows
from accounts.exchange.gate import gate
from accounts.exchange.types import Environment, Login, MarketKey, MarketType
from accounts.models import Account
from accounts.shards import in_any_shard, in_shard
from orders.models import Dispatch
from orders.obstacles import Obstacle, obstacles
from orders.work import Plan, Subscriber
from strategies.intents import from_json
from strategies.models import Signal, Strategy, Subscription
from strategies.sizing import Allocation
from tradeplatform.lib.compiled_queries import CompiledQuery, Parameter

_WAITING = CompiledQuery(
    lambda: (
        _unclaimed()
        .filter(
            shard=Dispatch.objects.filter(id=Parameter("dispatch")).values("shard")[:1],
            signal__strategy=Parameter("strategy"),
        )
        .order_by("created_at", "id")
    )
)
_TRADING = CompiledQuery(
    lambda: _columns(
        in_any_shard(_trading(Parameter("strategy"), Parameter("sender"))),
    )
)


def strategy_of(dispatch_id: int) -> int | None:
    """The id of the strategy that a dispatch belongs to; None when there is no such dispatch."""
    rows = Dispatch.objects.filter(id=dispatch_id).values_list("signal__strategy", flat=True)
    return rows.first()


def waiting_dispatches(dispatch_id: int, strategy_id: int | None) -> list[Dispatch]:
    """Those of the strategy that nobody has claimed, in the shard of this dispatch.

    Oldest first: what a strategy asked for is committed in the order in which it asked.
    """
    return _WAITING.all(dispatch=dispatch_id, strategy=strategy_id)


def load_plan(dispatch_id: int) -> Plan | None:
    """The plan of a dispatch that nobody has claimed yet; None if somebody has."""
    dispatch = _unclaimed().filter(id=dispatch_id).first()
    return None if dispatch is None else plan_of(dispatch)


def _unclaimed() -> QuerySet[Dispatch]:
    rows = Dispatch.objects.filter(claimed_at__isnull=True, settled_at__isnull=True)
    return rows.select_related("signal__strategy")


def plan_of(dispatch: Dispatch) -> Plan:
    """What the dispatch needs, as it stands now."""
    adopt_rows()  # of other processes' breakers
    signal = dispatch.signal
    return Plan(
        dispatch_id=dispatch.pk,
        shard=dispatch.shard,
        shards=dispatch.shards,
        signal=signal,
        intents=tuple(from_json(plain) for plain in signal.intents),
        subscribers=tuple(_subscribers(dispatch)),
    )


def _subscribers(dispatch: Dispatch) -> Iterator[Subscriber]:
    rows = _subscribed(dispatch)
    market_type = MarketType(dispatch.signal.strategy.market_type)
    may_withdraw = {row.account_id: row.account__key_can_withdraw for row in rows}
    hindered = obstacles(may_withdraw, market_type)
    for row in rows:
        login = Login(
            account_id=row.account_id,
            market=_market(row.account__venue, row.account__environment, market_type),
            encrypted_credentials=row.account__encrypted_credentials,
        )
        yield Subscriber(
            subscription_id=row.id,
            owner_id=row.account__owner_id,
            login=login,
            allocation=Allocation(capital=row.capital, leverage=row.leverage),
            has_symbol_limit=row.max_symbols is not None,
            obstacle=_with_pause(hindered.get(row.account_id), login),
        )


@cache
def _market(venue: str, environment: str, market_type: MarketType) -> MarketKey:
    return MarketKey(venue, Environment(environment), market_type)


def _with_pause(obstacle: Obstacle | None, login: Login) -> Obstacle | None:
    pause = gate().refusal(login, now=datetime.now(UTC))
    return obstacle if pause is None else replace(obstacle or Obstacle(), pause=pause)


def _subscribed(dispatch: Dispatch) -> Sequence[Any]:
    signal = dispatch.signal
    if signal.flatten_run_id is not None:
        named = trading_subscriptions(signal)
        return list(_columns(in_shard(named, dispatch.shard, shards=dispatch.shards)))
    return _TRADING.all(
        strategy=signal.strategy_id,
        sender=signal.sender_id,
        shard=dispatch.shard,
        shards=dispatch.shards,
    )


def _columns(subscriptions: QuerySet[Subscription]) -> QuerySet[Subscription, Any]:
    """Not instances of the models: of hundreds they would cost more than the query."""
    return subscriptions.select_related(None).values_list(
        "id",
        "account_id",
        "account__owner_id",
        "account__venue",
        "account__environment",
        "account__encrypted_credentials",
        "account__key_can_withdraw",
        "capital",
        "leverage",
        "max_symbols",
        named=True,
    )


def trading_subscriptions(signal: Signal) -> QuerySet[Subscription]:
    """The subscriptions on which the signal's sender may open orders now.

    A flatten's are those that it names, switched off or not: it only closes.
    """
    if signal.flatten_run_id is not None:
        named = {pk for plain in signal.intents for pk in plain["subscription_ids"]}
        return _with_accounts(Q(id__in=named))
    return _trading(signal.strategy_id, signal.sender_id)


def _trading(strategy: int | Parameter, sender: int | Parameter) -> QuerySet[Subscription]:
    is_open_to = Q(strategy__is_public=True) | Q(account__owner=F("strategy__owner"))
    return _acted_on(strategy, sender).filter(
        is_open_to, is_active=True, account__is_active=True, strategy__is_active=True
    )


def sender_subscriptions(signal: Signal) -> QuerySet[Subscription]:
    """The subscriptions a signal acts on: all for the strategy's owner, else the sender's own."""
    return _acted_on(signal.strategy_id, signal.sender_id)


def _acted_on(strategy: int | Parameter, sender: int | Parameter) -> QuerySet[Subscription]:
    is_own = Q(strategy__owner=sender) | Q(account__owner=sender)
    return _with_accounts(Q(is_own, strategy=strategy))


def _with_accounts(wanted: Q) -> QuerySet[Subscription]:
    return Subscription.objects.filter(wanted).select_related("account").order_by("id")


def login_of(account: Account, strategy: Strategy) -> Login:
    """How to reach the account for orders of this strategy."""
    return login_in(account, MarketType(strategy.market_type))


def login_in(account: Account, market_type: MarketType) -> Login:
    """How to reach the account in its markets of this type."""
    return Login(
        account_id=account.pk,
        market=_market(account.venue, account.environment, market_type),
        encrypted_credentials=account.encrypted_credentials,
    )
