"""For tests: several processes' ledgers at the real Valkey, and a quota that they share."""

import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from accounts.exchange.limits.ledger import ValkeyLedger
from accounts.exchange.limits.quotas import Counts, Quota, Rank
from accounts.exchange.limits.stores import SharedStore
from tradeplatform.lib import loop

# A slot is five seconds, so that a test stays within one or two of them.
QUOTA = Quota(Counts.WEIGHT, 1000, 60)


_Result = TypeVar("_Result")


def with_ledgers(
    work: Callable[[list[ValkeyLedger]], Awaitable[_Result]], *, urls: list[str]
) -> _Result:
    async def run() -> _Result:
        ledgers = [ValkeyLedger(url) for url in urls]
        try:
            return await work(ledgers)
        finally:
            for ledger in ledgers:
                await ledger.close()

    return loop.call(run(), timeout_seconds=20)


async def use_up(store: SharedStore, rank: Rank, *, units: float = 10) -> float:
    """How many units it gives before it gives no more."""
    used = 0.0
    now = time.time()
    while store.take(units, rank=rank, now=now) or await store.find(
        units, rank=rank, wanted=units, now=now
    ):
        used += units
    return used
