"""One long-lived asyncio loop per process, on a daemon thread of its own.

It starts with the first call, in the process that makes it: a child made by fork starts its own,
because threads do not survive a fork.
"""

import asyncio
import logging
import os
import re
import threading
import traceback
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

import uvloop

logger = logging.getLogger(__name__)

_Result = TypeVar("_Result")

_ADDRESS = re.compile(r"(?:http|ws)s?://\S+")


class _LoopThread:
    """A running loop and its thread."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
        self.loop.set_exception_handler(_tell_unheard)
        self.thread = threading.Thread(target=self._run, name="asyncio-loop", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


def _tell_unheard(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log an error that nobody awaits: libraries start pongs and the like and forget them.

    That a connection has ended is no flaw, and whoever reads from it hears of it: one line.
    """
    error = context.get("exception")
    if isinstance(error, ConnectionError):
        logger.info("a connection has ended: %s", error)
    elif error is not None:
        _log_failure(context["message"], error)
    else:
        loop.default_exception_handler(context)


def _log_failure(message: str, error: BaseException) -> None:
    """Without addresses, which may hold signatures."""
    told = "".join(traceback.format_exception(error))
    logger.error("%s\n%s", message, _ADDRESS.sub("…", told))


class _Holder:
    """The process's loop thread, if it has one, and the lock that keeps it to one."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.current: _LoopThread | None = None


_holder = _Holder()


def run(coroutine: Coroutine[Any, Any, _Result]) -> Future[_Result]:
    """Start the coroutine on the loop; the future may be waited for on any other thread."""
    with _holder.lock:
        if _holder.current is None:
            _holder.current = _LoopThread()
        return asyncio.run_coroutine_threadsafe(coroutine, _holder.current.loop)


def start(coroutine: Coroutine[Any, Any, None]) -> None:
    """Start what nobody waits for; that it failed is logged."""
    run(coroutine).add_done_callback(_tell_failure)


def _tell_failure(future: Future[None]) -> None:
    if not future.cancelled() and (error := future.exception()) is not None:
        _log_failure("what nobody waited for has failed", error)


def call(coroutine: Coroutine[Any, Any, _Result], *, timeout_seconds: float) -> _Result:
    """Run the coroutine on the loop and wait for its result.

    Raises what it raises, and TimeoutError after `timeout_seconds`; then it is canceled.
    """
    future = run(coroutine)
    try:
        return future.result(timeout_seconds)
    except TimeoutError:
        future.cancel()
        raise


def stop(*, drain_seconds: float, farewell: Coroutine[Any, Any, None] | None = None) -> None:
    """End the loop in order: wait for what runs, cancel what is left, run `farewell`, join.

    A later `run` starts a new loop. Without a running loop only `farewell` is dropped.
    """
    with _holder.lock:
        current, _holder.current = _holder.current, None
    if current is None:
        if farewell is not None:
            farewell.close()
        return
    asyncio.run_coroutine_threadsafe(_drain(drain_seconds, farewell), current.loop).result()
    current.stop()


async def _drain(seconds: float, farewell: Coroutine[Any, Any, None] | None) -> None:
    running = asyncio.all_tasks() - {asyncio.current_task()}
    if running:
        _, late = await asyncio.wait(running, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
    if farewell is not None:
        await farewell


def _forget_after_fork() -> None:
    """The child has the parent's object but not its thread, and perhaps a lock held for ever."""
    global _holder
    _holder = _Holder()


os.register_at_fork(after_in_child=_forget_after_fork)
