"""Many awaiting callers, one set-based write at a time.

While a batch is being written the next one gathers, so that one caller alone waits for nobody and
hundreds share one transaction.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from tradeplatform.lib.database_threads import DatabaseThreads

Item = TypeVar("Item")
Result = TypeVar("Result")


class Batcher(Generic[Item, Result]):
    """Gathers what callers on one event loop submit and hands it to `work` on a database thread.

    `work` gets the items in order of arrival and returns one result for each, in that order; its
    exception reaches every caller of that batch.
    """

    def __init__(
        self, work: Callable[[Sequence[Item]], Sequence[Result]], *, threads: DatabaseThreads
    ) -> None:
        self._work = work
        self._threads = threads
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def submit(self, item: Item) -> Result:
        """Have the item written; returns its result once its batch is through."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_all())
        return await future

    async def _write_all(self) -> None:
        await asyncio.sleep(0)  # let the callers that are ready in this turn of the loop join
        while self._waiting:
            batch, self._waiting = self._waiting, []
            await self._write(batch)
        self._writer = None

    async def _write(self, batch: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        items = [item for item, _ in batch]
        try:
            results = await asyncio.wrap_future(self._threads.submit(self._work, items))
        except Exception as error:  # noqa: BLE001 handed on to every caller, who must know
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), result in zip(batch, results, strict=True):
            if not future.done():
                future.set_result(result)
