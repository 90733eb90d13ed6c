"""One asyncio loop per process: started by the first call, stopped in order, new after a fork."""

import asyncio
import gc
import logging
import os
import threading
from collections.abc import Iterator

import pytest

from tradeplatform.lib import loop


@pytest.fixture(autouse=True)
def _own_loop() -> Iterator[None]:
    loop.stop(drain_seconds=1)
    yield
    loop.stop(drain_seconds=1)


async def _thread_name() -> str:
    return threading.current_thread().name


async def _running() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


def test_calls_run_on_one_thread_that_is_not_the_caller_s() -> None:
    first = loop.call(_thread_name(), timeout_seconds=5)
    second = loop.run(_thread_name()).result(5)

    assert first == second == "asyncio-loop"


def test_what_nobody_waits_for_fails_with_a_word_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail() -> None:
        raise LookupError("not there: https://api.example.com/order?signature=abc")

    loop.start(fail())
    loop.call(asyncio.sleep(0.05), timeout_seconds=5)

    (line,) = caplog.records
    assert (line.levelname, line.exc_info) == ("ERROR", None)
    assert line.getMessage().startswith("what nobody waited for has failed\nTraceback ")
    assert line.getMessage().endswith("LookupError: not there: …\n")


def test_an_exception_reaches_the_caller() -> None:
    async def fail() -> None:
        raise LookupError("not there")

    with pytest.raises(LookupError, match="not there"):
        loop.call(fail(), timeout_seconds=5)


def test_a_call_that_takes_too_long_is_canceled() -> None:
    was_canceled = threading.Event()

    async def wait_for_ever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            was_canceled.set()

    with pytest.raises(TimeoutError):
        loop.call(wait_for_ever(), timeout_seconds=0.01)

    assert was_canceled.wait(5)


@pytest.fixture
def nothing_left() -> None:
    """What earlier tests have forgotten is told now."""
    gc.collect()


async def _forget(error: Exception) -> None:
    """What libraries do: start something, and never look at what became of it."""

    async def fail() -> None:
        raise error

    task = asyncio.create_task(fail())
    await asyncio.sleep(0)
    del task
    gc.collect()


@pytest.mark.usefixtures("nothing_left")
def test_a_connection_that_ends_unheard_is_one_line_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)

    loop.call(_forget(ConnectionResetError("Cannot write to closing transport")), timeout_seconds=5)

    (line,) = caplog.records
    assert (line.levelname, line.exc_info) == ("INFO", None)
    assert line.getMessage() == "a connection has ended: Cannot write to closing transport"


@pytest.mark.usefixtures("nothing_left")
def test_any_other_error_that_nobody_awaits_is_told_without_addresses(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """ccxt's errors name the address they called, signature or listen key included."""
    error = LookupError("unexpected: GET https://api.example.com/order?signature=abc 400")

    loop.call(_forget(error), timeout_seconds=5)

    (line,) = caplog.records
    assert (line.levelname, line.exc_info) == ("ERROR", None)
    assert line.getMessage().startswith("Task exception was never retrieved\nTraceback ")
    assert line.getMessage().endswith("LookupError: unexpected: GET … 400\n")


def test_stopping_waits_for_what_runs_and_then_says_farewell() -> None:
    events: list[str] = []
    has_started = threading.Event()

    async def work() -> None:
        has_started.set()
        await asyncio.sleep(0.05)
        events.append("worked")

    async def farewell() -> None:
        events.append("farewell")

    loop.run(work())
    has_started.wait(5)
    loop.stop(drain_seconds=5, farewell=farewell())

    assert events == ["worked", "farewell"]


def test_stopping_cancels_what_does_not_end_in_time() -> None:
    async def wait_for_ever() -> None:
        await asyncio.Event().wait()

    stuck = loop.run(wait_for_ever())
    loop.stop(drain_seconds=0.01)

    assert stuck.cancelled()


def test_a_call_after_stopping_starts_a_new_loop() -> None:
    first = loop.call(_running(), timeout_seconds=5)
    loop.stop(drain_seconds=1)

    second = loop.call(_running(), timeout_seconds=5)

    assert first.is_closed()
    assert second is not first


def test_stopping_without_a_loop_drops_the_farewell() -> None:
    said: list[str] = []

    async def farewell() -> None:
        said.append("farewell")

    loop.stop(drain_seconds=1, farewell=farewell())

    assert said == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # forking with threads is the point
def test_a_forked_child_starts_its_own_loop() -> None:
    loop.call(_running(), timeout_seconds=5)

    child = os.fork()
    if child == 0:
        name = loop.call(_thread_name(), timeout_seconds=5)
        os._exit(0 if name == "asyncio-loop" else 1)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
