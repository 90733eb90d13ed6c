"""Database and broker go away, come back, forget or repeat themselves while alerts come in."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from orders.tests.waiting import wait_for
from tradeplatform.tests.faults.scene import STREAMS, WORKERS, Stage, limit_buy
from tradeplatform.tests.platform_client import Answer

pytestmark = pytest.mark.whole_platform


def resent(stage: Stage, **fields: Any) -> Iterator[Answer]:
    """The same alert again and again, as TradingView sends it after a 5xx."""
    pause = threading.Event()
    for _ in range(100):
        yield stage.post(limit_buy(**fields))
        pause.wait(0.2)


@pytest.mark.scenario(10, 39)
def test_alert_sent_again_after_every_503_is_executed_once(stage: Stage) -> None:
    before = stage.client.venue_order_ids()
    alerts = resent(stage, alert_id="resent after 503")

    with stage.dead("postgres"):
        refused = next(answer for answer in alerts if answer.status == 503)
    first = next(answer for answer in alerts if answer.status == 202)
    again = next(alerts)
    settled = stage.client.settled(first, seconds=60)

    assert refused.body["error_code"] == "STORE_UNAVAILABLE"
    assert (again.status, again.body["signal_id"]) == (200, first.body["signal_id"])
    assert settled.column("status") == ["success"]
    assert stage.client.venue_order_ids() - before == set(settled.column("client_order_id"))


@pytest.mark.scenario(40)
def test_database_killed_between_the_send_and_its_record_learns_of_the_order(
    stage: Stage,
) -> None:
    before = stage.client.venue_order_ids()
    log = stage.platform.state_dir / "logs" / f"{stage.worker_of('demo-1')}.log"
    told = log.read_text().count("the database is away")
    stage.spoil(on="orders", account="demo-1", do="late", ms=1500)

    with stage.platform.stopped(*STREAMS):
        answer = stage.post(limit_buy())
        arrived = stage.await_new(before, count=1)
        with stage.dead("postgres"):
            wait_for(lambda: log.read_text().count("the database is away") > told, seconds=30)
    settled = stage.client.settled(answer, seconds=60)

    assert settled.column("order_status") == ["ACCEPTED"]
    assert stage.client.venue_order_ids() - before == arrived


@pytest.mark.scenario(43)
def test_broker_flushed_while_alerts_wait_in_it_loses_and_doubles_none(stage: Stage) -> None:
    before = stage.client.venue_order_ids()

    with stage.dead(*WORKERS):
        answers = [stage.post(limit_buy()) for _ in range(5)]
        waiting = [stage.broker().llen(f"shard{shard}") for shard in (0, 1)]
        stage.broker().flushall()
    settled = [stage.client.settled(answer, seconds=60) for answer in answers]

    assert sum(waiting) > 0
    assert [answer.column("status") for answer in settled] == [["success"]] * 5
    ids = {name for answer in settled for name in answer.column("client_order_id")}
    assert (stage.client.venue_order_ids() - before, len(ids)) == (ids, 5)


@pytest.mark.scenario(42)
def test_broker_that_hangs_holds_up_no_alert_and_loses_none(stage: Stage) -> None:
    before = stage.client.venue_order_ids()

    with stage.platform.stopped("valkey"):
        answer = stage.post(limit_buy())
    settled = stage.client.settled(answer, seconds=60)

    assert answer.status == 202
    assert settled.column("status") == ["success"]
    assert stage.client.venue_order_ids() - before == set(settled.column("client_order_id"))


@pytest.mark.scenario(8)
def test_task_delivered_again_and_to_another_worker_too_is_done_once(stage: Stage) -> None:
    before = stage.client.venue_order_ids()
    first = stage.client.settled(stage.post(limit_buy()))
    dispatches = stage.rows(
        "SELECT id FROM orders_dispatch WHERE signal_id = %s", first.body["signal_id"]
    )

    for (dispatch_id,) in dispatches * 3:
        for shard in (0, 1):
            stage.nudge("orders.execute_dispatch", dispatch_id, shard=shard)
    behind_them = stage.client.settled(stage.post(limit_buy()))
    wait_for(lambda: not any(stage.broker().llen(f"shard{shard}") for shard in (0, 1)))

    ids = {*first.column("client_order_id"), *behind_them.column("client_order_id")}
    assert stage.client.venue_order_ids() - before == ids
    assert len(ids) == 2
