"""For tests: several processes' ledgers at the real Valkey, and a quota that they share."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from django.conf import settings

from accounts.exchange.limits.ledger import ValkeyLedger
from accounts.exchange.limits.quotas import Counts, Quota, Rank
from accounts.exchange.limits.shared_store import Lease, SharedStore, Statement, Wish
from tradeplatform.lib import loop

# A slot is five seconds.
QUOTA = Quota(Counts.WEIGHT, 1000, 60)

_Result = TypeVar("_Result")


class Clock:
    """A process's clock, which goes on when it is told to; it begins with a slot."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Line:
    """The way to a ledger: it may be cut, lose answers, or hold the next one back."""

    def __init__(self, ledger: ValkeyLedger) -> None:
        self.is_cut = False
        self.loses_answers = False
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.asked = asyncio.Event()
        self._ledger = ledger

    async def lease(self, key: str, quota: Quota, statement: Statement, wish: Wish) -> Lease | None:
        if self.is_cut:
            return None
        lease = await self._ledger.lease(key, quota, statement, wish)
        self.asked.set()
        await self.may_answer.wait()
        return None if self.loses_answers else lease


def with_ledgers(
    work: Callable[[list[ValkeyLedger]], Awaitable[_Result]],
    *,
    processes: int = 1,
    url: str = "",
) -> _Result:
    """Each process has a ledger of its own. It waits for longer than in earnest: a busy machine is
    no Valkey that is away."""

    async def run() -> _Result:
        ledgers = [
            ValkeyLedger(url or settings.REDIS_URL, timeout_seconds=5) for _ in range(processes)
        ]
        try:
            return await work(ledgers)
        finally:
            for ledger in ledgers:
                await ledger.close()

    return loop.call(run(), timeout_seconds=20)


async def use(store: SharedStore, rank: Rank, *, units: float = 1, times: int = 1000) -> float:
    """How many units it gives, in portions, before it gives no more."""
    used = 0.0
    for _ in range(times):
        if not store.take(units, rank=rank) and not await store.find(
            units, rank=rank, wanted=units
        ):
            break
        used += units
    return used
