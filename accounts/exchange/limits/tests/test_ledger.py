"""Processes that share an address share its quotas, in the real Valkey."""

import asyncio
import socket
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.conf import settings

from accounts.exchange.limits.ledger import ValkeyLedger
from accounts.exchange.limits.quotas import Rank
from accounts.exchange.limits.stores import Lease, SharedStore, Wish
from accounts.exchange.limits.tests.ledgers import QUOTA, use_up, with_ledgers
from tradeplatform.lib import loop
from tradeplatform.lib.counters import for_redis

_NOBODY_LISTENS = "redis://127.0.0.1:1/0"


def test_two_processes_together_use_what_one_may() -> None:
    async def both(ledgers: list[ValkeyLedger]) -> float:
        name = uuid4().hex
        stores = [SharedStore(name, QUOTA, ledger, part=0.5) for ledger in ledgers]
        return sum(await asyncio.gather(*(use_up(store, Rank.ENTRY) for store in stores)))

    used = with_ledgers(both, urls=[settings.REDIS_URL] * 2)

    assert 830 <= used <= 850  # what is leased and too little for a request stays unused


def test_what_one_process_has_used_keeps_the_polls_of_another_out() -> None:
    async def poll_after_entries(ledgers: list[ValkeyLedger]) -> tuple[float, float]:
        name = uuid4().hex
        trading, polling = (SharedStore(name, QUOTA, ledger, part=0.5) for ledger in ledgers)
        await use_up(trading, Rank.ENTRY)
        return await use_up(polling, Rank.POLL), await use_up(polling, Rank.CLOSE)

    polled, closed = with_ledgers(poll_after_entries, urls=[settings.REDIS_URL] * 2)

    assert polled == 0
    assert 90 <= closed <= 100


def test_what_the_venue_counts_beyond_us_counts_for_all_processes() -> None:
    async def told(ledgers: list[ValkeyLedger]) -> float:
        name = uuid4().hex
        told, untold = (SharedStore(name, QUOTA, ledger, part=0.5) for ledger in ledgers)
        told.correct(800, now=time.time())
        await asyncio.sleep(0.2)  # it is told without being waited for
        return await use_up(untold, Rank.CLOSE)

    assert with_ledgers(told, urls=[settings.REDIS_URL] * 2) == 150


def test_what_the_venue_counts_is_told_before_more_is_leased() -> None:
    async def lease_at_once(ledgers: list[ValkeyLedger]) -> Lease | None:
        name = uuid4().hex
        now = time.time()
        ledgers[0].correct(name, QUOTA, used=800, now=now)
        return await ledgers[0].lease(name, QUOTA, Wish(needed=1, most=850), now=now)

    assert with_ledgers(lease_at_once, urls=[settings.REDIS_URL]) == Lease(granted=1, used=801)


def test_without_valkey_each_process_keeps_to_its_part() -> None:
    async def alone(ledgers: list[ValkeyLedger]) -> float:
        store = SharedStore(uuid4().hex, QUOTA, ledgers[0], part=0.25)
        return await use_up(store, Rank.CLOSE)

    assert with_ledgers(alone, urls=[_NOBODY_LISTENS]) == pytest.approx(230)


def test_a_burst_costs_one_round_trip() -> None:
    async def burst(ledgers: list[ValkeyLedger]) -> tuple[float, bool]:
        store = SharedStore(uuid4().hex, QUOTA, ledgers[0], part=1)
        now = time.time()
        first = await store.find(1, rank=Rank.ENTRY, wanted=250, now=now)
        rest = [store.take(1, rank=Rank.ENTRY, now=now) for _ in range(249)]
        return first + sum(rest), store.take(8, rank=Rank.ENTRY, now=now)

    served, more = with_ledgers(burst, urls=[settings.REDIS_URL])

    assert (served, more) == (250, False)  # and seven to spare


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
    return await ledger.lease(uuid4().hex, QUOTA, Wish(needed=1, most=QUOTA.limit), now=time.time())


def test_a_process_whose_connection_was_reset_keeps_to_its_part() -> None:
    async def cut_off() -> float:
        async with _cut_off() as ledger:
            return await use_up(SharedStore(uuid4().hex, QUOTA, ledger, part=0.25), Rank.CLOSE)

    assert loop.call(cut_off(), timeout_seconds=20) == pytest.approx(230)


def test_valkey_is_left_alone_when_it_cannot_be_told_because_of_a_reset() -> None:
    async def tell() -> Lease | None:
        async with _cut_off() as ledger:
            ledger.correct(uuid4().hex, QUOTA, used=1, now=time.time())
            await asyncio.sleep(0.05)  # it is told without being waited for
            return await _lease_from(ledger)

    assert loop.call(tell(), timeout_seconds=20) is None
