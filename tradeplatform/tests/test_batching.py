"""Many callers, one write at a time."""

import asyncio
import threading
from collections.abc import Iterator, Sequence

import pytest

from tradeplatform.lib.batching import Batcher
from tradeplatform.lib.database_threads import DatabaseThreads


@pytest.fixture
def threads() -> Iterator[DatabaseThreads]:
    threads = DatabaseThreads(name="test", size=2)
    yield threads
    threads.stop()


@pytest.mark.django_db
def test_callers_that_are_ready_together_share_one_batch(threads: DatabaseThreads) -> None:
    batches: list[list[int]] = []

    def double(items: Sequence[int]) -> list[int]:
        batches.append(list(items))
        return [item * 2 for item in items]

    async def submit_all() -> list[int]:
        batcher = Batcher(double, threads=threads)
        return await asyncio.gather(*(batcher.submit(number) for number in range(5)))

    results = asyncio.run(submit_all())

    assert results == [0, 2, 4, 6, 8]
    assert batches == [[0, 1, 2, 3, 4]]


@pytest.mark.django_db
def test_what_comes_during_a_write_makes_the_next_batch(threads: DatabaseThreads) -> None:
    batches: list[list[int]] = []
    writing, go_on = threading.Event(), threading.Event()

    def write(items: Sequence[int]) -> list[None]:
        batches.append(list(items))
        writing.set()
        go_on.wait(5)
        return [None] * len(items)

    async def submit_all() -> None:
        batcher = Batcher(write, threads=threads)
        first = asyncio.ensure_future(batcher.submit(1))
        await asyncio.to_thread(writing.wait, 5)
        others = [asyncio.ensure_future(batcher.submit(number)) for number in (2, 3)]
        await asyncio.sleep(0)
        go_on.set()
        await asyncio.gather(first, *others)

    asyncio.run(submit_all())

    assert batches == [[1], [2, 3]]


@pytest.mark.django_db
def test_a_failed_write_reaches_every_caller_and_the_next_batch_is_written(
    threads: DatabaseThreads,
) -> None:
    def write(items: Sequence[int]) -> list[int]:
        if 13 in items:
            raise ValueError("unlucky")
        return list(items)

    async def submit_all() -> list[object]:
        batcher = Batcher(write, threads=threads)
        failed = await asyncio.gather(batcher.submit(13), batcher.submit(1), return_exceptions=True)
        return [*failed, await batcher.submit(2)]

    first, second, third = asyncio.run(submit_all())

    assert str(first) == str(second) == "unlucky"
    assert third == 2
