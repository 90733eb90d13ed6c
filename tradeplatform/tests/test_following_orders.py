"""A running platform hears of fills: pushed at once, polled where nobody pushes."""

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tradeplatform.supervisor.tests.platform_process import PlatformProcess
from tradeplatform.tests.platform_client import PlatformClient
from tradeplatform.tests.settings_by_hand import manage

pytestmark = pytest.mark.whole_platform

_Found = TypeVar("_Found")
_STREAMS = ("stream0", "stream1")
_TELL = """
import json
orders = Order.objects.filter(client_order_id__in={ids}).order_by("account__name")
print(json.dumps([{{
    "status": order.status,
    "filled": f"{{order.filled_quantity.normalize():f}}",
    "fills": [f"{{fill.quantity.normalize():f}}" for fill in order.fills.all()],
    "fees": sorted({{fill.fee_currency for fill in order.fills.all()}}),
    "positions": [
        f"{{position.quantity.normalize():f}}"
        for position in Position.objects.filter(subscription=order.subscription)
    ],
}} for order in orders]))
"""


@pytest.fixture(scope="module")
def state_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def platform(state_dir: Path) -> Iterator[PlatformProcess]:
    with PlatformProcess(state_dir, POLL_SECONDS_STREAM_DOWN="1") as platform:
        platform.read_until("^Ctrl-C stops everything")
        yield platform


@pytest.fixture
def client(platform: PlatformProcess, state_dir: Path) -> PlatformClient:
    return PlatformClient(state_dir)


def test_a_moved_price_fills_what_rests_and_the_fills_are_pushed(
    client: PlatformClient, state_dir: Path
) -> None:
    # Accounts whose streams are up are polled once a minute: sooner it can only be pushed.
    _await_streams(state_dir, state="UP")

    ids = _rest(client, client.spot, price="90000")
    client.set_price("BTCUSDT", "89999")
    filled = _until_filled(state_dir, ids, seconds=20)

    quantities = [row["filled"] for row in filled]
    assert quantities == ["0.00555", "0.01388", "0.02777"]
    assert [row["fills"] for row in filled] == [[quantity] for quantity in quantities]
    assert [row["fees"] for row in filled] == [["BTC"]] * 3
    # A fee of a thousandth is taken in the coin that was bought.
    assert [row["positions"] for row in filled] == [["0.00554445"], ["0.01386612"], ["0.02774223"]]


@pytest.mark.scenario(90)
@pytest.mark.complaint(17)
def test_without_stream_processes_polls_find_the_fills(
    platform: PlatformProcess, client: PlatformClient, state_dir: Path
) -> None:
    with platform.restarting_nothing():
        for name in _STREAMS:
            os.kill(platform.pid_of(name), signal.SIGTERM)
        _await_streams(state_dir, state="DOWN")
        ids = _rest(client, client.private, price="90000")
        client.set_price("BTCUSDT", "89999")
        filled = _until_filled(state_dir, ids, seconds=20)

    assert filled == [
        {
            "status": "FILLED",
            "filled": "0.00277",
            "fills": ["0.00277"],
            "fees": ["BTC"],
            "positions": ["0.00276723"],
        }
    ]


def _rest(client: PlatformClient, group_name: str, *, price: str) -> list[str]:
    """Orders that rest below the market; their client order ids."""
    client.set_price("BTCUSDT", "95000")
    answer = client.alert(
        group_name, symbol="BTC/USDT", side="buy", order_type="LIMIT", price=price, qty_per=5
    )
    settled = client.settled(answer)
    assert settled.column("order_status") == ["ACCEPTED"] * len(settled.rows)
    return settled.column("client_order_id")


def _await_streams(state_dir: Path, *, state: str) -> None:
    statement = 'print(sorted(set(Feed.objects.values_list("stream_state", flat=True))))'
    _until(lambda: manage(state_dir, statement), lambda found: found == f"['{state}']", seconds=20)


def _until_filled(state_dir: Path, ids: list[str], *, seconds: int) -> list[dict[str, Any]]:
    def look() -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(manage(state_dir, _TELL.format(ids=ids)))
        return rows

    return _until(look, lambda rows: {row["status"] for row in rows} == {"FILLED"}, seconds=seconds)


def _until(
    look: Callable[[], _Found], is_wanted: Callable[[_Found], bool], *, seconds: int
) -> _Found:
    pause = threading.Event()
    for _ in range(4 * seconds):
        found = look()
        if is_wanted(found):
            return found
        pause.wait(0.25)
    raise AssertionError(f"after {seconds} s: {found}")
