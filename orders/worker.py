"""The worker process's own life: one executor, warmed up before work and drained at the end."""

import asyncio
import logging
import os
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from celery.signals import worker_init, worker_shutdown
from django.conf import settings

from accounts.exchange import gateway
from accounts.exchange.types import ExchangeAnswer, MarketKey
from accounts.shards import in_shard
from orders.clean_start import cancel_on_start
from orders.execution import Executor
from orders.planning import login_of
from orders.polling.due import claim_due, reset_feeds
from orders.polling.reconciling import reconcile
from orders.sweeps import recover_shard
from strategies.models import Subscription
from tradeplatform.lib import loop

logger = logging.getLogger(__name__)

_WARM_UP_SECONDS = 10
# Entries of an account that needs longer are denied until a poll has reached it.
_RECONCILE_SECONDS = 20

_making = threading.Lock()


def executor() -> Executor:
    """The process's executor, made when it is first needed (in the child, after a fork)."""
    with _making:  # two of them would each send one account's orders in their own order
        return _executor()


@cache
def _executor() -> Executor:
    return Executor()


@worker_init.connect
def start(**_: Any) -> None:
    """Before the first task: finish what the predecessor left, load the markets in use, compare
    the accounts with their venues."""
    if "SHARD" not in os.environ:
        return
    shard = int(os.environ["SHARD"])
    executor()  # it knows which breakers are open, before the first call
    recover_shard(shard, started_at=datetime.now(UTC))
    cancel_on_start(shard, now=datetime.now(UTC))
    reset_feeds(shard)
    try:
        loop.call(_load_markets(_markets_in_use(shard)), timeout_seconds=_WARM_UP_SECONDS)
    except TimeoutError:
        logger.warning("not all markets were loaded before the start; they load when needed")
    _reconcile(shard)


def _reconcile(shard: int) -> None:
    try:
        results = reconcile(
            claim_due(shard, now=datetime.now(UTC)), timeout_seconds=_RECONCILE_SECONDS
        )
    except TimeoutError:
        logger.warning("not all accounts answered before the start; polls come back to them")
        return
    for result in results:
        if result.problem:
            logger.warning("account %s is not reconciled: %s", result.account_name, result.problem)


@worker_shutdown.connect
def stop(**_: Any) -> None:
    """After the last task: let orders on their way have their answer, and write it."""
    if _executor.cache_info().currsize:
        executor().stop(drain_seconds=settings.EXCHANGE_TIMEOUT_SECONDS + 1)
        _executor.cache_clear()


def _markets_in_use(shard: int) -> set[MarketKey]:
    active = Subscription.objects.filter(
        is_active=True, account__is_active=True, strategy__is_active=True
    ).select_related("account", "strategy")
    return {login_of(row.account, row.strategy).market for row in in_shard(active, shard)}


async def _load_markets(markets: Iterable[MarketKey]) -> None:
    await asyncio.gather(*(_load_market(market) for market in markets))


async def _load_market(market: MarketKey) -> None:
    try:
        await gateway.load_market_rules(market)
    except ExchangeAnswer as problem:
        logger.warning("markets of %s not loaded yet: %s", market.venue, problem)
