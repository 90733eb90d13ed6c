"""What a process has leased to spare, has late, or has used while it was cut off."""

import asyncio
import time
from uuid import uuid4

import pytest
from django.conf import settings

from accounts.exchange.limits.ledger import ValkeyLedger
from accounts.exchange.limits.quotas import Quota, Rank
from accounts.exchange.limits.stores import Lease, SharedStore, Wish
from accounts.exchange.limits.tests.ledgers import QUOTA, use_up, with_ledgers


def test_what_is_stocked_up_needs_no_round_trip_later() -> None:
    async def stock_up(ledgers: list[ValkeyLedger]) -> tuple[float, float]:
        name = uuid4().hex
        own, other = (SharedStore(name, QUOTA, ledger, part=1) for ledger in ledgers)
        now = time.time()
        for _ in range(2):  # what is at hand is not leased again
            await own.stock_up(250, rank=Rank.ENTRY, now=now)
        served = sum(own.take(1, rank=Rank.ENTRY, now=now) for _ in range(300))
        return served, await use_up(other, Rank.CLOSE, units=1)

    served, left = with_ledgers(stock_up, urls=[settings.REDIS_URL] * 2)

    assert (served, left) == (257, 692)  # seven to spare, and a part of one more


def test_no_more_is_stocked_up_than_the_rank_may_use() -> None:
    async def stock_up(ledgers: list[ValkeyLedger]) -> tuple[float, float]:
        store = SharedStore(uuid4().hex, QUOTA, ledgers[0], part=1)
        now = time.time()
        await store.stock_up(2000, rank=Rank.ENTRY, now=now)
        entries = sum(store.take(10, rank=Rank.ENTRY, now=now) for _ in range(200))
        return 10 * entries, await use_up(store, Rank.CLOSE)

    assert with_ledgers(stock_up, urls=[settings.REDIS_URL]) == (850, 100)


async def _use_for(store: SharedStore, *, now: float, most: int) -> int:
    """How many units of an entry each it gives at this moment, asked for that many."""
    given = 0
    for _ in range(most):
        given += store.take(1, rank=Rank.ENTRY, now=now) or await store.find(
            1, rank=Rank.ENTRY, wanted=1, now=now
        )
    return given


@pytest.mark.parametrize("processes", [2, 16])
def test_what_many_processes_lease_to_spare_leaves_room_for_alerts(processes: int) -> None:
    async def alerts(ledgers: list[ValkeyLedger]) -> int:
        name, began = uuid4().hex, time.time()
        stores = [
            SharedStore(name, QUOTA, ledgers[0], part=1 / (processes + 1)) for _ in range(processes)
        ]
        each = 48 // processes
        given = 0
        for slot in range(24):  # one alert in each
            for store in stores:
                await store.stock_up(each, rank=Rank.ENTRY, now=began + 5 * slot)
                given += await _use_for(store, now=began + 5 * slot, most=each)
        return given

    # 48 in each of 13 slots are 624 of the 850 that entries may use.
    assert with_ledgers(alerts, urls=[settings.REDIS_URL]) == 24 * 48


class _Line:
    """The way to a ledger, which may be cut, and may hold answers back."""

    def __init__(self, ledger: ValkeyLedger) -> None:
        self.is_cut = False
        self.held: list[asyncio.Event] = []
        self._ledger = ledger

    async def lease(self, key: str, quota: Quota, wish: Wish, *, now: float) -> Lease | None:
        if self.is_cut:
            return None
        may_arrive = self.held.pop(0) if self.held else None
        lease = await self._ledger.lease(key, quota, wish, now=now)
        if may_arrive is not None:
            await may_arrive.wait()
        return lease

    def correct(self, key: str, quota: Quota, *, used: float, now: float) -> None:
        if not self.is_cut:
            self._ledger.correct(key, quota, used=used, now=now)


def test_what_was_used_without_valkey_counts_once_it_is_back() -> None:
    async def away_and_back(ledgers: list[ValkeyLedger]) -> int:
        name, now = uuid4().hex, time.time()
        line = _Line(ledgers[0])
        stores = [SharedStore(name, QUOTA, line, part=1 / 3) for _ in range(3)]
        line.is_cut = True
        alone = [await _use_for(store, now=now, most=1000) for store in stores]
        line.is_cut = False
        return sum(alone) + sum([await _use_for(store, now=now, most=1000) for store in stores])

    assert 840 <= with_ledgers(away_and_back, urls=[settings.REDIS_URL]) <= 850


def test_without_valkey_a_process_knows_what_all_have_used() -> None:
    async def left(ledgers: list[ValkeyLedger]) -> tuple[int, float]:
        now = time.time()
        line = _Line(ledgers[0])
        store = SharedStore(uuid4().hex, QUOTA, line, part=1 / 3)
        store.correct(600, now=now)  # as the venue tells
        line.is_cut = True
        entries = await _use_for(store, now=now, most=1000)
        return entries, await use_up(store, Rank.CLOSE, units=1)

    # A third of the 250 that entries may still use, and of the 100 that closes may use besides.
    assert with_ledgers(left, urls=[settings.REDIS_URL]) == (83, 33)


def test_a_lease_that_comes_after_its_slot_is_not_spent_in_the_next() -> None:
    async def late(ledgers: list[ValkeyLedger]) -> int:
        line = _Line(ledgers[0])
        store = SharedStore(uuid4().hex, QUOTA, line, part=1 / 3)
        line.held = [asyncio.Event(), asyncio.Event()]
        first, second = line.held
        earlier = asyncio.create_task(store.stock_up(250, rank=Rank.ENTRY, now=1004.9))
        later = asyncio.create_task(store.stock_up(10, rank=Rank.ENTRY, now=1005.0))
        await asyncio.sleep(0)
        second.set()
        await later
        first.set()
        await earlier
        return sum(store.take(1, rank=Rank.ENTRY, now=1006.0) for _ in range(300))

    assert with_ledgers(late, urls=[settings.REDIS_URL]) == 12  # two to spare
