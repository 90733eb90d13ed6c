"""Processes that share an address share its quotas, in the real Valkey."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import chain
from random import Random
from time import monotonic
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings

from accounts.exchange.limits.ledger import PREFIX, ValkeyLedger
from accounts.exchange.limits.quotas import Counts, Quota, Rank
from accounts.exchange.limits.shared_store import Lease, SharedStore, Statement, Wish
from accounts.exchange.limits.tests.ledgers import QUOTA, Clock, use, with_ledgers
from tradeplatform.lib import loop
from tradeplatform.lib.counters import client_of, for_redis

_NOBODY_LISTENS = "redis://127.0.0.1:1/0"


def test_two_processes_together_use_what_one_may() -> None:
    async def both(ledgers: list[ValkeyLedger]) -> float:
        name = uuid4().hex
        stores = [SharedStore(name, QUOTA, ledger, part=0.5, clock=Clock()) for ledger in ledgers]
        return sum(await asyncio.gather(*(use(store, Rank.ENTRY) for store in stores)))

    used = with_ledgers(both, processes=2)

    assert 849 <= used <= 850  # a part of one may be left in both


def test_what_one_process_has_used_keeps_the_polls_of_another_out() -> None:
    async def poll_after_entries(ledgers: list[ValkeyLedger]) -> tuple[float, float]:
        name = uuid4().hex
        trading, polling = (
            SharedStore(name, QUOTA, ledger, part=0.5, clock=Clock()) for ledger in ledgers
        )
        await use(trading, Rank.ENTRY)
        return await use(polling, Rank.POLL), await use(polling, Rank.CLOSE)

    assert with_ledgers(poll_after_entries, processes=2) == (0, 100)


def test_what_was_used_may_be_used_again_when_its_span_is_over() -> None:
    async def use_twice(ledgers: list[ValkeyLedger]) -> tuple[float, float]:
        second = Quota(Counts.REQUESTS, 100, 1)
        store = SharedStore(uuid4().hex, second, ledgers[0], part=1)
        began = monotonic()
        used = await use(store, Rank.ENTRY, times=85)
        while not await store.find(1, rank=Rank.ENTRY, wanted=1):
            await asyncio.sleep(0.005)
        return used, monotonic() - began

    used, seconds = with_ledgers(use_twice)

    assert used == 85
    assert seconds >= 1


def test_no_second_holds_more_than_processes_may_use_in_one_together() -> None:
    second = Quota(Counts.REQUESTS, 100, 1)

    async def use_as_much_as_there_is(store: SharedStore, seed: int) -> list[tuple[float, int]]:
        dice = Random(seed)
        used = []
        until = monotonic() + 3
        while monotonic() < until:
            units = dice.randint(1, 5)
            if store.take(units, rank=Rank.CLOSE) or await store.find(
                units, rank=Rank.CLOSE, wanted=dice.choice([units, 30])
            ):
                used.append((monotonic(), units))
            await asyncio.sleep(dice.uniform(0, 0.02))
        return used

    async def all_of_them(ledgers: list[ValkeyLedger]) -> list[tuple[float, int]]:
        name = uuid4().hex
        stores = [SharedStore(name, second, ledger, part=0.25) for ledger in ledgers]
        used = await asyncio.gather(
            *(use_as_much_as_there_is(store, seed) for seed, store in enumerate(stores))
        )
        return sorted(chain.from_iterable(used))

    used = with_ledgers(all_of_them, processes=3)

    most = max(
        sum(units for moment, units in used if start <= moment < start + 1) for start, _ in used
    )
    assert 80 <= most <= 95


def test_what_the_venue_counts_beyond_us_counts_for_all_processes() -> None:
    async def told(ledgers: list[ValkeyLedger]) -> None:
        name = uuid4().hex
        told, untold = (
            SharedStore(name, QUOTA, ledger, part=0.5, clock=Clock()) for ledger in ledgers
        )
        for count in (500, 600, 800):  # while it is still telling of the first
            told.correct(count)
        while await untold.find(1, rank=Rank.POLL, wanted=1):
            await asyncio.sleep(0.01)
        while await use(untold, Rank.CLOSE) > 150:
            raise AssertionError("the last was not told")

    with_ledgers(told, processes=2)


def test_what_the_venue_counts_is_told_before_more_is_leased() -> None:
    async def lease_at_once(ledgers: list[ValkeyLedger]) -> float:
        store = SharedStore(uuid4().hex, QUOTA, ledgers[0], part=1, clock=Clock())
        store.correct(840)
        return await use(store, Rank.ENTRY)

    assert with_ledgers(lease_at_once) == 10


def test_a_process_restores_what_valkey_has_forgotten() -> None:
    async def forget(ledgers: list[ValkeyLedger]) -> float:
        name = uuid4().hex
        own, other = (
            SharedStore(name, QUOTA, ledger, part=0.5, clock=Clock()) for ledger in ledgers
        )
        await use(own, Rank.ENTRY, times=500)
        client_of(settings.REDIS_URL).delete(PREFIX + name)
        await own.stock_up(100, rank=Rank.ENTRY)
        return await use(other, Rank.ENTRY)

    assert with_ledgers(forget, processes=2) == 240  # ten are to spare


def test_what_was_counted_before_the_clock_of_valkey_was_put_back_counts_no_more() -> None:
    async def put_back(ledgers: list[ValkeyLedger]) -> float:
        name = uuid4().hex
        client_of(settings.REDIS_URL).hset(PREFIX + name, "another", "99999999999 900")
        return await use(SharedStore(name, QUOTA, ledgers[0], part=1, clock=Clock()), Rank.ENTRY)

    assert with_ledgers(put_back) == 850


def test_without_valkey_each_process_keeps_to_its_part() -> None:
    async def alone(ledgers: list[ValkeyLedger]) -> float:
        return await use(
            SharedStore(uuid4().hex, QUOTA, ledgers[0], part=0.25, clock=Clock()), Rank.CLOSE
        )

    assert with_ledgers(alone, url=_NOBODY_LISTENS) == 237


def test_a_burst_costs_one_round_trip() -> None:
    async def burst(ledgers: list[ValkeyLedger]) -> float:
        store = SharedStore(uuid4().hex, QUOTA, ledgers[0], part=1, clock=Clock())
        first = await store.find(1, rank=Rank.ENTRY, wanted=250)
        return first + sum(store.take(1, rank=Rank.ENTRY) for _ in range(300))

    assert with_ledgers(burst) == 270  # twenty are to spare


class _Cable:
    """Joins whoever connects with Valkey, until it is torn: a reset, no orderly end."""

    def __init__(self) -> None:
        self._ends: list[asyncio.StreamWriter] = []

    @asynccontextmanager
    async def laid(self) -> AsyncIterator[str]:
        """The address of its near end."""
        async with await asyncio.start_server(self._join, "127.0.0.1", 0) as server:
            yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"

    async def tear(self) -> None:
        linger_not = struct.pack("ii", 1, 0)
        for end in self._ends:
            near = end.get_extra_info("socket")
            near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_not)
            end.transport.abort()
        await asyncio.sleep(0.05)  # the client has heard of it

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, questions = await _connect()
        self._ends.append(writer)
        await asyncio.gather(_pass_on(reader, questions), _pass_on(answers, writer))


async def _connect() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    address = urlsplit(for_redis(settings.REDIS_URL))
    if address.scheme == "unix":
        return await asyncio.open_unix_connection(address.path)
    return await asyncio.open_connection(address.hostname, address.port)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while told := await reader.read(65536):
        writer.write(told)
    writer.close()


@asynccontextmanager
async def _cut_off() -> AsyncIterator[ValkeyLedger]:
    """A ledger that was connected until its connection was reset."""
    cable = _Cable()
    async with cable.laid() as url:
        ledger = ValkeyLedger(url)
        assert await _lease_from(ledger)
        await cable.tear()
        yield ledger
        await ledger.close()


async def _lease_from(ledger: ValkeyLedger) -> Lease | None:
    return await ledger.lease(uuid4().hex, QUOTA, Statement([]), Wish(needed=1, most=QUOTA.limit))


def test_a_process_whose_connection_was_reset_keeps_to_its_part() -> None:
    async def cut_off() -> float:
        async with _cut_off() as ledger:
            return await use(
                SharedStore(uuid4().hex, QUOTA, ledger, part=0.25, clock=Clock()), Rank.CLOSE
            )

    assert loop.call(cut_off(), timeout_seconds=20) == 237
