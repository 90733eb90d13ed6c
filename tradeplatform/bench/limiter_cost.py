"""What the limiter costs an alert while there is room: time until all its requests may leave.

In turns with a limiter that has no quotas. Each alert comes alone, so nothing is leased for it yet;
an alert's accounts are spread over the workers, which lease at the same time, so what counts is one
worker's part.
"""

import asyncio
import math
import statistics
import time
from collections.abc import Mapping

from django.conf import settings

from accounts.exchange.limits.ledger import ValkeyLedger
from accounts.exchange.limits.limiter import Limiter, Payer
from accounts.exchange.limits.quotas import QUOTAS, Quotas, Rank, Request
from accounts.exchange.types import Environment, MarketKey, MarketType
from tradeplatform.bench.figures import Figure
from tradeplatform.lib import loop
from tradeplatform.lib.garbage import set_aside

_SIZES = (1, 100, 500)
_ROUNDS = 30
_AIM_MS = 1.0
_TIMEOUT_SECONDS = 60
_MARKET = MarketKey("binance", Environment.SANDBOX, MarketType.SPOT)
# ccxt's cost of an order, and what the answers to some tell.
_ORDER = Request(cost=0.2, is_new_order=True)
_ANSWER = {
    "x-mbx-used-weight-1m": "1",
    "x-mbx-order-count-10s": "1",
    "x-mbx-order-count-1d": "1",
}


def cost_figures() -> list[Figure]:
    """A figure for each number of accounts."""
    costs = loop.call(_costs(), timeout_seconds=_TIMEOUT_SECONDS)
    return [
        Figure(
            name="what the limiter costs an alert with room, median",
            headline="what the limiter costs an alert, with room",
            value=cost_ms,
            unit="ms",
            aim=_AIM_MS,
            accounts=accounts,
        )
        for accounts, cost_ms in costs.items()
    ]


async def _costs() -> dict[int, float]:
    set_aside()  # as a worker does
    ledger = ValkeyLedger(settings.REDIS_URL)
    try:
        return {accounts: await _cost(ledger, accounts) for accounts in _SIZES}
    finally:
        await ledger.close()


async def _cost(ledger: ValkeyLedger, accounts: int) -> float:
    requests = math.ceil(accounts / settings.SHARDS)
    limited, unlimited = [], []
    for number in range(_ROUNDS):
        # An exchange by itself, of which nothing is leased yet.
        name = f"cost-{accounts}-{number}"
        limited.append(await _alert_ms(ledger, requests, {name: QUOTAS["binance"]}, name))
        unlimited.append(await _alert_ms(ledger, requests, {}, name))
    return statistics.median(limited) - statistics.median(unlimited)


async def _alert_ms(
    ledger: ValkeyLedger, requests: int, quotas: Mapping[str, Quotas], name: str
) -> float:
    """Of an alert's requests until all may leave, and of hearing what their answers tell."""
    limiter = Limiter(ledger, part=1, quotas=quotas)
    purses = [limiter.purse(Payer(name, _MARKET, account)) for account in range(requests)]
    until = time.time() + _TIMEOUT_SECONDS
    started = time.perf_counter()
    await limiter.stock_up(Payer(name, _MARKET, None), orders=requests, rank=Rank.ENTRY)
    await asyncio.gather(*(purse.take(_ORDER, rank=Rank.ENTRY, until=until) for purse in purses))
    for purse in purses:
        purse.hear(_ANSWER)
    return 1000 * (time.perf_counter() - started)
