"""What a process has leased: to spare, too late, for nothing, or not at all."""

import asyncio
from uuid import uuid4

import pytest

from accounts.exchange.limits.ledger import ValkeyLedger
from accounts.exchange.limits.quotas import Counts, Quota, Rank
from accounts.exchange.limits.shared_store import SharedStore
from accounts.exchange.limits.tests.ledgers import QUOTA, Clock, Line, use, with_ledgers

_FUTURES = Quota(Counts.WEIGHT, 2400, 60)
_SLOT_SECONDS = 5


def test_what_is_stocked_up_needs_no_round_trip_later() -> None:
    async def stock_up(ledgers: list[ValkeyLedger]) -> tuple[float, float]:
        name = uuid4().hex
        own, other = (SharedStore(name, QUOTA, ledger, part=1, clock=Clock()) for ledger in ledgers)
        for _ in range(2):  # what is at hand is not leased again
            await own.stock_up(250, rank=Rank.ENTRY)
        served = sum(own.take(1, rank=Rank.ENTRY) for _ in range(300))
        return served, await use(other, Rank.CLOSE)

    assert with_ledgers(stock_up, processes=2) == (270, 680)  # twenty to spare


def test_no_more_is_stocked_up_than_the_rank_may_use() -> None:
    async def stock_up(ledgers: list[ValkeyLedger]) -> tuple[float, float]:
        store = SharedStore(uuid4().hex, QUOTA, ledgers[0], part=1, clock=Clock())
        await store.stock_up(2000, rank=Rank.ENTRY)
        entries = sum(store.take(10, rank=Rank.ENTRY) for _ in range(200))
        return 10 * entries, await use(store, Rank.CLOSE, units=10)

    assert with_ledgers(stock_up) == (850, 100)


def test_orders_that_leave_in_the_slot_after_the_one_they_were_stocked_up_in_all_find_room() -> (
    None
):
    async def cross(ledgers: list[ValkeyLedger]) -> float:
        clock = Clock()
        store = SharedStore(uuid4().hex, _FUTURES, ledgers[0], part=1, clock=clock)
        await store.stock_up(500 * 4, rank=Rank.ENTRY)
        used = await use(store, Rank.ENTRY, units=4, times=100)
        clock.now += _SLOT_SECONDS
        return used + await use(store, Rank.ENTRY, units=4, times=400)

    assert with_ledgers(cross) == 500 * 4


def test_what_is_left_when_its_slot_is_over_is_given_back_unasked() -> None:
    async def leave(ledgers: list[ValkeyLedger]) -> bool:
        name, clock = uuid4().hex, Clock()
        own = SharedStore(name, QUOTA, ledgers[0], part=1, clock=clock)
        other = SharedStore(name, QUOTA, ledgers[1], part=1, clock=Clock())
        clock.now += _SLOT_SECONDS - 0.1
        await own.stock_up(800, rank=Rank.ENTRY)
        clock.now += 0.1
        while not await other.find(840, rank=Rank.ENTRY, wanted=840):
            await asyncio.sleep(0.01)
        return True

    assert with_ledgers(leave, processes=2)


@pytest.mark.parametrize("processes", [2, 16])
def test_what_many_processes_lease_to_spare_leaves_room_for_alerts(processes: int) -> None:
    each = 64 // processes

    async def alerts(ledgers: list[ValkeyLedger]) -> float:
        name, clock = uuid4().hex, Clock()
        stores = [
            SharedStore(name, QUOTA, ledger, part=1 / (processes + 1), clock=clock)
            for ledger in ledgers
        ]
        used = 0.0
        for _ in range(12):
            for store in stores:
                await store.stock_up(each, rank=Rank.ENTRY)
                used += await use(store, Rank.ENTRY, times=each)
            clock.now += _SLOT_SECONDS
        return used

    # 768 of the 850 that entries may use.
    assert with_ledgers(alerts, processes=processes) == 12 * 64


def test_a_lease_that_comes_after_its_slot_is_asked_for_again_and_counts_once() -> None:
    async def late(ledgers: list[ValkeyLedger]) -> tuple[bool, float, float]:
        name, clock, line = uuid4().hex, Clock(), Line(ledgers[0])
        store = SharedStore(name, QUOTA, line, part=1, clock=clock)
        other = SharedStore(name, QUOTA, ledgers[1], part=1, clock=Clock())
        line.may_answer.clear()
        finding = asyncio.create_task(store.find(500, rank=Rank.ENTRY, wanted=500))
        await line.asked.wait()
        clock.now += _SLOT_SECONDS
        line.may_answer.set()
        found = await finding
        return found, await use(store, Rank.ENTRY), await use(other, Rank.CLOSE)

    found, more, left = with_ledgers(late, processes=2)

    assert (found, more) == (True, 350)
    assert left == 100


def test_a_stock_that_comes_after_its_slot_is_given_back_unasked() -> None:
    async def late(ledgers: list[ValkeyLedger]) -> bool:
        name, clock, line = uuid4().hex, Clock(), Line(ledgers[0])
        own = SharedStore(name, QUOTA, line, part=1, clock=clock)
        other = SharedStore(name, QUOTA, ledgers[1], part=1, clock=Clock())
        line.may_answer.clear()
        stocking = asyncio.create_task(own.stock_up(800, rank=Rank.ENTRY))
        await line.asked.wait()
        clock.now += _SLOT_SECONDS
        line.may_answer.set()
        await stocking
        while not await other.find(840, rank=Rank.ENTRY, wanted=840):
            await asyncio.sleep(0.01)
        return True

    assert with_ledgers(late, processes=2)


def test_leases_whose_answers_are_lost_are_not_counted_again_and_again() -> None:
    async def lose(ledgers: list[ValkeyLedger]) -> tuple[float, float]:
        name, line = uuid4().hex, Line(ledgers[0])
        own = SharedStore(name, QUOTA, line, part=0.5, clock=Clock())
        other = SharedStore(name, QUOTA, ledgers[1], part=0.5, clock=Clock())
        line.loses_answers = True
        used = sum([await own.find(10, rank=Rank.ENTRY, wanted=200) for _ in range(12)]) * 10
        return used, await use(other, Rank.ENTRY, units=10)

    # 110 had been used before the last lease, of 210.
    assert with_ledgers(lose, processes=2) == (120, 850 - 110 - 210)


def test_a_close_finds_room_for_what_it_needs_beyond_what_is_at_hand() -> None:
    async def close(ledgers: list[ValkeyLedger]) -> tuple[float, bool]:
        name = uuid4().hex
        own, other = (
            SharedStore(name, QUOTA, ledger, part=0.5, clock=Clock()) for ledger in ledgers
        )
        await own.stock_up(5, rank=Rank.ENTRY)  # and ten to spare
        used = await use(other, Rank.CLOSE, units=5)
        return used, await own.find(15, rank=Rank.CLOSE, wanted=15)

    assert with_ledgers(close, processes=2) == (935, True)


def test_what_is_leased_and_not_used_yet_is_none_of_what_the_venue_counts() -> None:
    async def told(ledgers: list[ValkeyLedger]) -> float:
        store = SharedStore(uuid4().hex, QUOTA, ledgers[0], part=1, clock=Clock())
        await store.stock_up(600, rank=Rank.ENTRY)
        store.correct(700)  # others', as none of ours have left
        return await use(store, Rank.CLOSE)

    assert with_ledgers(told) == 250


def test_what_was_used_without_valkey_counts_once_it_is_back() -> None:
    async def away_and_back(ledgers: list[ValkeyLedger]) -> float:
        name = uuid4().hex
        lines = [Line(ledger) for ledger in ledgers]
        stores = [SharedStore(name, QUOTA, line, part=1 / 3, clock=Clock()) for line in lines]
        for line in lines:
            line.is_cut = True
        alone = [await use(store, Rank.ENTRY) for store in stores]
        for line in lines:
            line.is_cut = False
        return sum(alone) + sum([await use(store, Rank.ENTRY) for store in stores])

    used = with_ledgers(away_and_back, processes=3)

    assert 849 <= used <= 852  # each takes one to be left


def test_without_valkey_a_process_knows_what_all_have_used() -> None:
    async def left(ledgers: list[ValkeyLedger]) -> tuple[float, float]:
        line = Line(ledgers[0])
        store = SharedStore(uuid4().hex, QUOTA, line, part=1 / 3, clock=Clock())
        store.correct(600)  # as the venue tells
        line.is_cut = True
        return await use(store, Rank.ENTRY), await use(store, Rank.CLOSE)

    # A third of the 250 that entries may still use, and of the 100 that closes may use besides.
    assert with_ledgers(left) == (83, 33)


def test_what_others_are_taken_to_use_is_never_told_as_used() -> None:
    async def flap(ledgers: list[ValkeyLedger]) -> tuple[float, float]:
        name, clock, line = uuid4().hex, Clock(), Line(ledgers[0])
        own = SharedStore(name, QUOTA, line, part=0.1, clock=clock)
        other = SharedStore(name, QUOTA, ledgers[1], part=0.9, clock=Clock())
        used = await use(other, Rank.ENTRY, units=100, times=5)
        for _ in range(6):
            line.is_cut = True
            used += await use(own, Rank.ENTRY, times=2)
            clock.now += _SLOT_SECONDS
            line.is_cut = False
            await own.stock_up(1, rank=Rank.ENTRY)
        return used, await use(other, Rank.ENTRY)

    used, left = with_ledgers(flap, processes=2)

    assert used == 512
    assert left == 850 - used - 3  # what the last stock is of
