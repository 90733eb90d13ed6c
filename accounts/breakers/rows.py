"""Breakers as rows: written when one opens or closes, read by every process.

A row is only ever replaced by a later change, whoever comes first. Why it was open stays in it
after it has closed, for people; `is_open` alone says whether that still holds.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Greatest

from accounts.exchange.breaker import BreakerState, Phase, Reason
from accounts.exchange.findings import Scope
from accounts.exchange.types import Environment, MarketKey, MarketType
from accounts.models import Account, Breaker
from tradeplatform.lib.compiled_queries import CompiledQuery, Parameter

# A process that has not looked for longer has been away; what is open it learns all the same.
_LATELY = timedelta(minutes=10)
# A pause is over when a request was answered. When nobody has asked for so long after its end it
# counts as over too; sooner it would end and begin again with every request that is tried.
_LONGEST_DOUBT = timedelta(minutes=2)
_JUST_AFTER = timedelta(milliseconds=1)

_NEWS = CompiledQuery(
    lambda: Breaker.objects.filter(
        Q(is_open=True) | Q(changed_at__gte=Parameter("since"))
    ).order_by()
)


def read(*, now: datetime) -> dict[Scope, BreakerState]:
    """Those that are open, or have changed lately."""
    return {_scope(row): _state(row) for row in _NEWS.all(since=now - _LATELY)}


def pausing(*, now: datetime) -> Q:
    """Those that leave something alone for a while; who looks again and again sees one pause."""
    return Q(is_open=True, paused_until__gt=now - _LONGEST_DOUBT)


def clear(rows: QuerySet[Breaker], *, now: datetime) -> int:
    """Close them: a person says that the exchange may be asked again; how many were open.

    Later than what it answers, also where the clock of who opened it is ahead of ours.
    """
    return rows.filter(is_open=True).update(
        is_open=False,
        openings=0,
        changed_at=Greatest(Value(now), F("changed_at") + _JUST_AFTER),
    )


def write(scope: Scope, state: BreakerState) -> bool:
    """Store that it has opened or closed, unless somebody has a later word.

    False for a stop of credentials that the account has no more: it is not stored.
    """
    with transaction.atomic():
        if state.is_stop and state.credentials and not _is_current(scope, state):
            return False
        _store(scope, state)
    return True


def _is_current(scope: Scope, stop: BreakerState) -> bool:
    """With a lock: whoever enters other credentials is waited for, or clears what is written."""
    accounts = Account.objects.select_for_update(no_key=True)
    ids = accounts.filter(encrypted_credentials=stop.credentials).values_list("pk", flat=True)
    return scope.account_id in ids.filter(pk__in=[scope.account_id])


def _store(scope: Scope, state: BreakerState) -> None:
    fields = _columns(state)
    known = _row_of(scope)
    if known.filter(changed_at__lt=state.changed_at).update(**fields) or known.exists():
        return
    # Two processes may meet the same at once; one row is enough.
    Breaker.objects.bulk_create([Breaker(**_names(scope), **fields)], ignore_conflicts=True)


def _columns(state: BreakerState) -> dict[str, Any]:
    changed = {"openings": state.openings, "changed_at": state.changed_at}
    if state.phase is Phase.CLOSED:
        return {"is_open": False, **changed}
    return {
        "is_open": True,
        "reason": state.reason.value if state.reason else "",
        "message": state.message[:300],
        "opened_at": state.opened_at,
        "paused_until": state.until,
        **changed,
    }


def _names(scope: Scope) -> dict[str, Any]:
    return {
        "venue": scope.market.venue,
        "environment": scope.market.environment.value,
        "market_type": scope.market.market_type.value,
        "account_id": scope.account_id,
    }


def _row_of(scope: Scope) -> QuerySet[Breaker]:
    if scope.account_id is None:
        return Breaker.objects.filter(**_names(scope) | {"account_id": None})
    return Breaker.objects.filter(
        account=scope.account_id, market_type=scope.market.market_type.value
    )


def _scope(row: Breaker) -> Scope:
    market = MarketKey(row.venue, Environment(row.environment), MarketType(row.market_type))
    return Scope(market, row.account_id)


def _state(row: Breaker) -> BreakerState:
    if not row.is_open:
        return BreakerState(changed_at=row.changed_at)
    return BreakerState(
        phase=Phase.OPEN,
        reason=Reason(row.reason) if row.reason else None,
        message=row.message,
        opened_at=row.opened_at,
        until=row.paused_until,
        openings=row.openings,
        changed_at=row.changed_at,
    )
