"""Streams that say what cannot be read, break at once, or are read by a process that hangs."""

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from django.db import InterfaceError, connection, transaction
from pytest_django import Settings

from orders.models import Feed
from orders.streaming.process import StreamProcess
from orders.streaming.watching import pause_after
from orders.tests.selective_proxy import SelectiveProxy
from orders.tests.streaming.conftest import StartStreams, until, until_all_up
from orders.tests.world import World
from strategies.tests.racing import until_somebody_waits
from strategies.tests.rows import NOON
from tradeplatform.lib import loop

_END_WHO_WAITS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
_SUBSCRIBED = {"status": 200, "result": {"subscriptionId": 0}}
# A side that no exchange has.
_EXECUTION = {
    "e": "executionReport",
    "E": 1_763_726_400_000,
    "s": "BTCUSDT",
    "c": "byhand",
    "S": "HOLD",
    "o": "LIMIT",
    "f": "GTC",
    "q": "1.0",
    "p": "90000.0",
    "x": "TRADE",
    "X": "FILLED",
    "i": 77,
    "l": "1.0",
    "z": "1.0",
    "L": "90000.0",
    "n": "0",
    "N": None,
    "T": 1_763_726_400_000,
    "t": 5,
    "m": False,
    "Z": "90000.0",
    "Y": "90000.0",
}


class Streams:
    """A venue whose streams open and then say this."""

    def __init__(self, event: dict[str, Any]) -> None:
        self._event = event

    async def __call__(self, request: web.Request) -> web.StreamResponse | None:
        """Serve streams; everything else is the sandbox's."""
        if request.path != "/ws-api/v3":
            return None
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        asked = json.loads(await socket.receive_str())
        await socket.send_json({"id": asked["id"], **_SUBSCRIBED})
        await socket.send_json({"subscriptionId": 0, "event": self._event})
        async for _ in socket:
            pass
        return socket


def test_a_stream_that_cannot_be_read_is_not_taken_for_a_silent_one(
    world: World, settings: Settings, start_streams: StartStreams
) -> None:
    world.strategy("test1", world.account("A1"))
    with SelectiveProxy(world.url, misbehaviour=Streams(_EXECUTION)) as proxy:
        settings.SANDBOX_URL = proxy.url

        start_streams()
        until(lambda: Feed.objects.exclude(stream_problem="").exists())

    assert Feed.objects.get().stream_problem.startswith("NO_ANSWER: ")


@pytest.mark.parametrize(
    ("waited", "was_up", "pause"),
    [(0.5, 0, 1), (1, 0.1, 2), (40, 59, 60), (60, 0, 60), (60, 60, 0.5), (0.5, 3600, 0.5)],
)
def test_a_stream_that_breaks_soon_is_opened_again_with_growing_pauses(
    waited: float, was_up: float, pause: float
) -> None:
    assert pause_after(waited, was_up_seconds=was_up) == pause


@pytest.mark.usefixtures("strategy")
def test_a_stream_whose_state_could_not_be_written_is_watched_again(world: World) -> None:
    with transaction.atomic():
        Feed.objects.select_for_update().get()  # who writes the stream's break waits for this row
        world.post("/sandbox/streams/drop", {"account": "A1"})
        until_somebody_waits()
        with connection.cursor() as cursor:
            cursor.execute(_END_WHO_WAITS)
    until(lambda: streams_of(world) == 0)
    until(lambda: streams_of(world) == 1)


@pytest.fixture
def process(world: World) -> Iterator[StreamProcess]:
    """The stream process of one account's shard, its stream open; rounds are the test's to call."""
    account = world.account("A1")
    world.strategy("test1", account)
    process = StreamProcess(account.pk % 2)
    process.round(now=NOON)
    until_all_up()
    yield process
    process.stop()


def test_no_heartbeat_is_written_while_the_loop_hangs(process: StreamProcess) -> None:
    goes_on = threading.Event()

    async def hang() -> None:
        goes_on.wait(30)

    process.round(now=NOON)
    hanging = loop.run(hang())
    process.round(now=NOON + timedelta(seconds=5))
    seen_at = Feed.objects.get().stream_seen_at
    goes_on.set()
    hanging.result()
    process.round(now=NOON + timedelta(seconds=10))

    assert seen_at == NOON
    assert Feed.objects.get().stream_seen_at == NOON + timedelta(seconds=10)


def streams_of(world: World) -> int:
    """How many spot streams the sandbox has open."""
    return sum(row["open"] for row in world.get("/sandbox/streams") if row["market"] == "spot")


class CutOff(StreamProcess):
    """Its connection to the database is closed beneath its only round."""

    def __init__(self, stopped: threading.Event) -> None:
        super().__init__(shard=0)
        self._told = stopped

    def round(self, *, now: datetime) -> None:
        self._told.set()
        raise InterfaceError("the cursor is closed")


@pytest.mark.usefixtures("world")
def test_a_process_outlasts_a_connection_that_is_closed_beneath_it() -> None:
    stopped = threading.Event()

    CutOff(stopped).run(stopped)

    assert stopped.is_set()
