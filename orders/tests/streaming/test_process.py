"""What the sandbox pushes is booked by the running stream process."""

import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest

from accounts.exchange.types import MarketType, OrderType, Side
from orders.models import Feed, Fill, Order, StreamState
from orders.streaming.process import StreamProcess
from orders.tests.world import World, limit_buy, place, position_of


def until(met: Callable[[], bool]) -> None:
    """Wait for it; fails when it never comes."""
    pause = threading.Event()
    for _ in range(500):
        if met():
            return
        pause.wait(0.02)
    pytest.fail("it never came")


@pytest.fixture
def streams(world: World) -> Iterator[Callable[[], None]]:
    """Starts the stream processes of both shards and waits until all accounts' streams are up."""
    stopped = threading.Event()
    threads = [
        threading.Thread(target=StreamProcess(shard).run, args=(stopped,)) for shard in range(2)
    ]

    def start() -> None:
        for thread in threads:
            thread.start()
        until(lambda: all_up())

    yield start
    stopped.set()
    for thread in threads:
        thread.join()


def all_up() -> bool:
    feeds = Feed.objects.all()
    return bool(feeds) and all(feed.stream_state == StreamState.UP for feed in feeds)


def test_a_resting_order_is_filled_when_the_price_moves(
    world: World, streams: Callable[[], None]
) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1", account)
    streams()
    (order,) = world.trade(strategy, limit_buy("90000", percent="5"))

    world.post("/sandbox/price", {"symbol": "BTCUSDT", "price": "89000"})
    until(lambda: Order.objects.get().status == "FILLED")

    fill = Fill.objects.get()
    assert (fill.order, fill.quantity, fill.price) == (order, order.quantity, Decimal(90000))
    assert (fill.fee_quantity, fill.fee_currency) == (Decimal("0.00000555"), "BTC")
    assert position_of(strategy, account) == Decimal("0.00554445")
