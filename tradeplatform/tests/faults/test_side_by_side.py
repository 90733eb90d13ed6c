"""Two of each at work at once, one that sleeps too long, one that is killed in a burst: each
intent is still carried out once."""

import socket
import subprocess
import sys
import threading
import urllib.error
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from http.client import HTTPException

import pytest
from django.conf import settings

from orders.tests.waiting import wait_for
from tradeplatform.supervisor.tests.platform_process import environment
from tradeplatform.tests.faults.scene import Stage, limit_buy
from tradeplatform.tests.platform_client import Answer, call

pytestmark = pytest.mark.whole_platform


@contextmanager
def another(stage: Stage, *argv: str, **variables: str) -> Iterator[None]:
    """One more process of the platform, with a command line of its own, meanwhile."""
    process = subprocess.Popen(
        [sys.executable, *argv],
        cwd=settings.BASE_DIR,
        env=environment(stage.platform.state_dir, **variables),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


def at_once(jobs: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """The answers of all jobs, which start together."""
    start = threading.Barrier(len(jobs))

    def run(job: Callable[[], Answer]) -> Answer:
        start.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


@pytest.mark.scenario(9)
def test_identical_alerts_at_once_on_two_web_processes_are_one_signal(stage: Stage) -> None:
    before = stage.client.venue_order_ids()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    other = f"http://127.0.0.1:{port}"
    alert = limit_buy(alert_id="one of twelve")

    with another(stage, "-m", "gunicorn", "tradeplatform.wsgi", "-b", f"127.0.0.1:{port}",
                 "--threads", "8", "--no-control-socket"):  # fmt: skip
        wait_for(lambda: answers(f"{other}/api/orders"), seconds=30)
        jobs = [partial(stage.post, alert, url=url) for url in [None, f"{other}/api/webhook"] * 6]
        told = at_once(jobs)

    (first,) = (answer for answer in told if answer.status == 202)
    settled = stage.client.settled(first)
    assert [answer.body["duplicate"] for answer in told if answer.status == 200] == [True] * 11
    assert {answer.body["signal_id"] for answer in told} == {first.body["signal_id"]}
    assert stage.client.venue_order_ids() - before == set(settled.column("client_order_id"))
    assert len(settled.rows) == 1


def answers(url: str) -> bool:
    """Whether somebody listens there."""
    try:
        return call(url).status == 401
    except OSError:
        return False


@pytest.mark.scenario(93)
def test_web_killed_in_a_burst_takes_each_alert_once_when_they_are_sent_again(
    stage: Stage,
) -> None:
    before = stage.client.venue_order_ids()
    killed: list[int] = []
    pause = threading.Event()

    def send(number: int) -> Answer:
        if number == 15:
            killed.append(stage.platform.kill("web"))
        for _ in range(100):
            try:
                return stage.post(limit_buy(alert_id=f"burst {number}"))
            except (urllib.error.URLError, HTTPException, ConnectionError):
                pause.wait(0.2)
        raise AssertionError("the web does not come back")

    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(send, range(30)))
    stage.platform.read_until_restarted("web", killed=killed[0])
    settled = [stage.client.settled(answer, seconds=60) for answer in told]

    assert {answer.status for answer in told} <= {200, 202}
    assert [answer.column("status") for answer in settled] == [["success"]] * 30
    ids = {name for answer in settled for name in answer.column("client_order_id")}
    assert (stage.client.venue_order_ids() - before, len(ids)) == (ids, 30)


@pytest.mark.scenario(47)
def test_alerts_during_a_change_of_workers_are_executed_once_by_the_old_one_or_the_new(
    stage: Stage,
) -> None:
    before, shard = stage.client.venue_order_ids(), stage.worker_of("demo-1")[-1]
    argv = ["-m", "celery", "-A", "tradeplatform", "worker", "-P", "threads", "-c", "4"]
    queue = ["-Q", f"shard{shard}", "-n", "new@here", "--without-gossip", "--without-mingle"]

    with another(stage, *argv, *queue, SHARD=shard):
        old = [stage.post(limit_buy(quantity="0.001")) for _ in range(5)]
        wait_for(lambda: stage.listens("new@here"), seconds=60)
        both = [stage.post(limit_buy(quantity="0.001")) for _ in range(10)]
        settled = [stage.client.settled(answer, seconds=60) for answer in (*old, *both)]

    assert [answer.column("status") for answer in settled] == [["success"]] * 15
    ids = {name for answer in settled for name in answer.column("client_order_id")}
    assert (stage.client.venue_order_ids() - before, len(ids)) == (ids, 15)


@pytest.mark.scenario(45, 18)
def test_order_that_two_beats_find_overdue_goes_to_the_market_once(stage: Stage) -> None:
    account, group_name = "demo-1", stage.client.private
    order = {"symbol": "ETH/USDT", "side": "sell", "order_type": "LIMIT", "price": "5000"}
    stage.client.settled(
        stage.post({"symbol": "ETH/USDT", "side": "buy", "order_type": "MARKET", "notional": 1000})
    )
    before = stage.client.venue_order_ids()

    with another(
        stage, "-m", "celery", "-A", "tradeplatform", "beat", "--pidfile=", PGAPPNAME="b2"
    ):
        wait_for(lambda: stage.connections_of("b2") > 0, seconds=60)
        (row,) = stage.client.settled(stage.post({**order, "qty_per": -100})).rows
        stage.rows(
            "UPDATE orders_order SET submitted_at = submitted_at - interval '31 min' "
            "WHERE client_order_id = %s",
            row["client_order_id"],
        )
        wait_for(
            lambda: stage.held(account, group_name, "ETH/USDT") < Decimal("0.0001"), seconds=60
        )

    sales = [sale for sale in stage.client.venue_orders() if sale["clientOrderId"] not in before]
    assert [(sale["side"], sale["type"], sale["status"]) for sale in sales] == [
        ("SELL", "LIMIT", "CANCELED"),
        ("SELL", "MARKET", "FILLED"),
    ]


@pytest.mark.scenario(77)
def test_worker_that_sleeps_beyond_its_lease_sends_nothing_when_it_wakes(stage: Stage) -> None:
    before, worker = stage.client.venue_order_ids(), stage.worker_of("demo-1")
    stage.rows("UPDATE strategies_strategy SET max_signal_age_seconds = 5")
    # The second order waits for the first one's answer, which comes while the worker sleeps.
    stage.spoil(on="orders", account="demo-1", do="late", ms=8_000)

    answer = stage.post({"orders": [limit_buy(), limit_buy("3000", symbol="ETH/USDT")]})
    arrived = stage.await_new(before, count=1)
    with stage.platform.stopped(worker):
        give_up(stage, answer.body["signal_id"])
    settled = stage.client.settled(answer)
    wait_for(lambda: "SIGNAL_EXPIRED" in stage.client.signal(answer).column("error_code"))

    assert settled.column("status")[0] == "success"
    assert stage.client.signal(answer).column("status") == ["success", "failed"]
    assert stage.client.venue_order_ids() - before == arrived


def give_up(stage: Stage, signal_id: str) -> None:
    """Wait until an alert's time is over and others, after as long again, have closed its books."""
    is_over = "SELECT expires_at < now() FROM strategies_signal WHERE id = %s"
    wait_for(lambda: stage.value(is_over, signal_id), seconds=30)
    stage.rows(
        "UPDATE strategies_signal SET received_at = received_at - interval '1 hour', "
        "expires_at = expires_at - interval '1 hour' WHERE id = %s",
        signal_id,
    )
    unsettled = "SELECT count(*) FROM orders_dispatch WHERE signal_id = %s AND settled_at IS NULL"
    wait_for(lambda: stage.value(unsettled, signal_id) == 0, seconds=60)
