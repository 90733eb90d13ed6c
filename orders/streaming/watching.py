"""Watch one account: keep its stream open, have what is pushed booked, look up what is lacking."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime

from accounts.exchange import gateway, streams
from accounts.exchange.types import ExchangeAnswer, Login, Push, StreamUp
from orders.outcomes import Answered
from orders.recording import record
from orders.streaming.matching import book, needed_look_up
from tradeplatform.lib.batching import Batcher
from tradeplatform.lib.database_threads import DatabaseThreads

logger = logging.getLogger(__name__)

_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 60.0
# One that broke sooner may be refused as soon as it is open, again and again.
_STEADY_AFTER_SECONDS = 60.0
# An order and its execution are pushed apart, a moment after each other.
_LOOK_UP_AFTER_SECONDS = 0.25


class Booking:
    """One per process: takes the pushes of all accounts into the database, set by set."""

    def __init__(self) -> None:
        self._threads = DatabaseThreads(name="pushes", size=2)
        self._booker: Batcher[Push, int | None] = Batcher(book, threads=self._threads)
        self._recorder: Batcher[Answered, None] = Batcher(record, threads=self._threads)
        self._taking: set[asyncio.Task[None]] = set()

    def start(self, push: Push) -> None:
        """Take the push while the stream is read on; called on the loop."""
        task = asyncio.create_task(self._try(push))
        self._taking.add(task)
        task.add_done_callback(self._taking.discard)

    async def _try(self, push: Push) -> None:
        """What fails here is found again by polling."""
        try:
            await self._take(push)
        except ExchangeAnswer as problem:
            logger.warning("order %s is not looked up: %s", push.client_order_id, problem)
        except Exception:
            logger.exception("a push about order %s is not booked", push.client_order_id)

    async def _take(self, push: Push) -> None:
        """Book the push, then ask the venue for what it left open."""
        order_id = await self._booker.submit(push)
        if order_id is None:
            return
        await asyncio.sleep(_LOOK_UP_AFTER_SECONDS)
        job = await asyncio.wrap_future(
            self._threads.submit(needed_look_up, order_id, now=datetime.now(UTC))
        )
        if job is not None:
            report = await gateway.fetch_report(job.login, job.reference)
            await self._recorder.submit(Answered(job.order_id, report))

    def stop(self) -> None:
        """Write what is left and close the connections."""
        self._threads.stop()


def pause_after(pause_seconds: float, *, was_up_seconds: float) -> float:
    """The seconds to wait before a stream is opened again, from those waited the last time."""
    if was_up_seconds >= _STEADY_AFTER_SECONDS:
        return _FIRST_PAUSE_SECONDS
    return min(2 * pause_seconds, _LONGEST_PAUSE_SECONDS)


@dataclass(slots=True)
class Watcher:
    """The stream of one account in one type of market. `on_change` hears when it opens or breaks.

    `problem` says why it is not up.
    """

    login: Login
    booking: Booking
    on_change: Callable[["Watcher"], Awaitable[None]]
    is_up: bool = False
    problem: str = ""

    async def run(self) -> None:
        """Open the stream again and again, with growing pauses while it does not last."""
        pause = _FIRST_PAUSE_SECONDS
        while True:
            pause = pause_after(pause, was_up_seconds=await self._watch_once())
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 spreads, hides nothing

    async def _watch_once(self) -> float:
        """Returns, when the stream has broken, for how many seconds it had been open."""
        clock = asyncio.get_running_loop().time
        up_since: float | None = None
        try:
            async with aclosing(streams.watch(self.login)) as events:
                async for event in events:
                    if isinstance(event, StreamUp):
                        up_since = clock()
                        await self._change(is_up=True, problem="")
                    else:
                        self.booking.start(event)
        except ExchangeAnswer as problem:
            await self._change(is_up=False, problem=str(problem))
        except Exception as error:  # whatever it is, the next try may go better
            logger.exception("the stream of account %s broke off", self.login.account_id)
            await self._change(is_up=False, problem=type(error).__name__)
        return 0.0 if up_since is None else clock() - up_since

    async def _change(self, *, is_up: bool, problem: str) -> None:
        self.is_up, self.problem = is_up, problem
        await self.on_change(self)
