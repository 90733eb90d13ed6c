"""Running stream processes for both shards of the test's world."""

import threading
from collections.abc import Callable, Iterator

import pytest

from accounts.exchange.types import MarketType
from accounts.models import Account
from orders.models import Feed, StreamState
from orders.streaming.process import StreamProcess
from orders.tests.world import World
from strategies.models import Strategy

StartStreams = Callable[[], None]


def until(met: Callable[[], bool]) -> None:
    """Wait for it; fails when it never comes."""
    pause = threading.Event()
    for _ in range(500):
        if met():
            return
        pause.wait(0.02)
    pytest.fail("it never came")


def until_all_up() -> None:
    """Wait for every account's stream."""
    until(all_up)


def all_up() -> bool:
    """Whether every account's stream is open."""
    feeds = Feed.objects.all()
    return bool(feeds) and all(feed.stream_state == StreamState.UP for feed in feeds)


@pytest.fixture
def start_streams(world: World) -> Iterator[StartStreams]:
    """Starts the stream processes of both shards."""
    stopped = threading.Event()
    threads: list[threading.Thread] = []

    def start() -> None:
        for shard in range(2):
            thread = threading.Thread(target=StreamProcess(shard).run, args=(stopped,))
            thread.start()
            threads.append(thread)

    yield start
    stopped.set()
    for thread in threads:
        thread.join()


@pytest.fixture
def account(world: World) -> Account:
    return world.account("A1")


@pytest.fixture
def strategy(world: World, account: Account, start_streams: StartStreams) -> Strategy:
    """The stream of its account is open."""
    strategy = world.strategy("test1", account)
    start_streams()
    until_all_up()
    return strategy


@pytest.fixture
def perp(world: World, account: Account, start_streams: StartStreams) -> Strategy:
    """It trades contracts, and the stream of its account is open."""
    strategy = world.strategy("perp", account, market_type=MarketType.FUTURES)
    start_streams()
    until_all_up()
    return strategy
