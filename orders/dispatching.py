"""A parsed alert becomes durable work: a Signal, a Dispatch row per shard of its accounts, nudges.

The rows are the truth; a nudge only makes a worker look at once. A lost nudge costs time (the
sweep finds the row), never an order.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import F, IntegerField

from accounts.exchange.types import MarketType
from orders.models import Dispatch
from orders.nudges import nudge_dispatch
from strategies.intents import Intent, in_order_of_execution, to_json
from strategies.models import Signal, Strategy, Subscription, TradingRun
from strategies.reversing import with_reversals
from tradeplatform.lib.bulk_insert import bulk_insert, insert_all
from tradeplatform.lib.compiled_queries import CompiledQuery, Parameter

# A close that could not be sent within this time is tried anew by its flatten.
_FLATTEN_MAX_AGE = timedelta(seconds=60)

_SHARDS = CompiledQuery(
    lambda: (
        Subscription.objects.filter(strategy=Parameter("strategy"))
        .order_by()
        .values_list(F("account_id") % Parameter("shards", IntegerField()), flat=True)
        .distinct()
    )
)


@dataclass(frozen=True, slots=True)
class OpenedSignal:
    """The signal that stands for an alert; not new when its dedup key was seen before."""

    signal: Signal
    is_new: bool


def open_signal(
    *,
    strategy: Strategy,
    sender: AbstractBaseUser,
    intents: Sequence[Intent],
    dedup_key: str | None,
    received_at: datetime,
    flatten_run: TradingRun | None = None,
) -> OpenedSignal:
    """Write the signal and its dispatch rows; nudge the shards once the transaction commits.

    Must run inside the caller's transaction, so that the caller's own record (the delivery)
    commits with it. A repeated dedup key of the same sender and strategy gives the first signal
    back and starts nothing.
    """
    signal = Signal(
        id=uuid.uuid4(),
        strategy=strategy,
        sender_id=sender.pk,
        dedup_key=dedup_key,
        flatten_run=flatten_run,
        intents=_plain(intents, strategy),
        received_at=received_at,
        expires_at=received_at + _max_age(strategy, flatten_run),
    )
    try:
        _save(signal)
    except IntegrityError:
        # Only the dedup key can collide; the row that holds it is committed by now.
        first = Signal.objects.get(strategy=strategy, sender_id=sender.pk, dedup_key=dedup_key)
        return OpenedSignal(signal=first, is_new=False)
    dispatches = _create_dispatches(signal)
    # robust: a dead broker must not turn committed work into an error for the sender.
    transaction.on_commit(lambda: _nudge(dispatches, strategy.pk), robust=True)
    return OpenedSignal(signal=signal, is_new=True)


def own_dedup_key(text: str) -> str:
    """A dedup key of the platform's own. Alerts' ids have no blanks around them, so nobody who
    guesses the text can send an alert that would stand for it."""
    return f" {text}"


def _save(signal: Signal) -> None:
    """Where there is a dedup key, so that the transaction outlives its collision."""
    if signal.dedup_key is None:
        insert_all([signal])
    else:
        with transaction.atomic():
            insert_all([signal])


def _max_age(strategy: Strategy, flatten_run: TradingRun | None) -> timedelta:
    if flatten_run is not None:
        return _FLATTEN_MAX_AGE
    return timedelta(seconds=strategy.max_signal_age_seconds)


def is_asked_for(signal: Signal, intents: Sequence[Intent]) -> bool:
    """Whether the signal stands for just these intents; another with its dedup key may not."""
    return bool(signal.intents == _plain(intents, signal.strategy))


def _plain(intents: Sequence[Intent], strategy: Strategy) -> list[dict[str, Any]]:
    steps = with_reversals(
        in_order_of_execution(intents),
        market_type=MarketType(strategy.market_type),
        always=strategy.close_first,
    )
    return [to_json(intent) for intent in steps]


def _create_dispatches(signal: Signal) -> list[tuple[int, int]]:
    """Each one's id and shard."""
    shards = _shards_of(signal.strategy_id)
    ids = bulk_insert(
        Dispatch,
        len(shards),
        {
            "signal_id": signal.pk,
            "shard": shards,
            "shards": settings.SHARDS,
            "created_at": signal.received_at,
        },
    )
    return list(zip(ids, shards, strict=True))


def _shards_of(strategy_id: int) -> list[int]:
    """Those with an account that is subscribed, switched off or not: others have nothing to do."""
    return sorted(_SHARDS.all(strategy=strategy_id, shards=settings.SHARDS))


def _nudge(dispatches: Sequence[tuple[int, int]], strategy_id: int) -> None:
    """Give up at the first that fails: a broker that hangs costs an alert one time-out only."""
    for dispatch_id, shard in dispatches:
        if not nudge_dispatch(dispatch_id=dispatch_id, strategy_id=strategy_id, shard=shard):
            return
