"""Processes are killed while they work: nothing is lost, nothing is doubled."""

from decimal import Decimal

import pytest

from orders.tests.waiting import wait_for
from tradeplatform.tests.faults.scene import STREAMS, WORKERS, Stage, limit_buy

pytestmark = pytest.mark.whole_platform

# The answer never comes, and a pushed update tells nothing while the streams are stopped.
_UNANSWERED = {"on": "orders", "account": "demo-1", "do": "late", "ms": 60_000}


def statuses(stage: Stage, signal_id: str) -> list[tuple[str, str]]:
    """Status and error code of the signal's orders as they were asked for."""
    return stage.rows(
        "SELECT status, error_code FROM orders_order WHERE signal_id = %s ORDER BY intent_index",
        signal_id,
    )


def look_up_after_a_while(stage: Stage, *, shard: int) -> None:
    """A minute passes, in the rows only, and the missing outcomes are looked up."""
    stage.rows(
        "UPDATE orders_order SET outcome_unknown_since = outcome_unknown_since - interval '1 min', "
        "looked_up_at = looked_up_at - interval '1 min' WHERE outcome_unknown_since IS NOT NULL"
    )
    stage.nudge("orders.look_up", shard, shard=shard)


@pytest.mark.scenario(5)
def test_worker_killed_after_the_commit_and_before_the_send_sends_nothing_later(
    stage: Stage,
) -> None:
    before, worker = stage.client.venue_order_ids(), stage.worker_of("demo-1")
    stage.spoil(**_UNANSWERED)  # the second order waits for the first one's answer

    with stage.platform.stopped(*STREAMS):
        answer = stage.post({"orders": [limit_buy(), limit_buy("3000", symbol="ETH/USDT")]})
        arrived = stage.await_new(before, count=1)
        with stage.dead(worker):
            committed = statuses(stage, answer.body["signal_id"])

    def ends() -> list[tuple[str, str]]:
        look_up_after_a_while(stage, shard=int(worker[-1]))
        return statuses(stage, answer.body["signal_id"])

    ended = [("ACCEPTED", ""), ("REJECTED", "NOT_FOUND_AT_VENUE")]
    wait_for(lambda: ends() == ended, seconds=60)
    assert committed == [("SUBMITTED", ""), ("SUBMITTED", "")]
    assert stage.client.venue_order_ids() - before == arrived


@pytest.mark.scenario(6)
def test_worker_killed_after_the_send_and_before_the_answer_finds_its_order(stage: Stage) -> None:
    before, worker = stage.client.venue_order_ids(), stage.worker_of("demo-1")
    stage.spoil(**_UNANSWERED)

    with stage.platform.stopped(*STREAMS):
        answer = stage.post(limit_buy())
        arrived = stage.await_new(before, count=1)
        with stage.dead(worker):
            known = statuses(stage, answer.body["signal_id"])
    wait_for(lambda: statuses(stage, answer.body["signal_id"]) == [("ACCEPTED", "")], seconds=60)

    assert known == [("SUBMITTED", "")]
    assert set(stage.client.signal(answer).column("client_order_id")) == arrived
    assert stage.client.venue_order_ids() - before == arrived


@pytest.mark.complaint(11)
@pytest.mark.scenario(7)
def test_worker_killed_after_a_fill_was_booked_books_it_no_second_time(stage: Stage) -> None:
    place = ("demo-1", stage.client.private, "ETH/USDT")
    before, held = stage.client.venue_order_ids(), stage.held(*place)
    buy = {"symbol": "ETH/USDT", "side": "buy", "order_type": "MARKET", "quantity": "0.1"}

    bought = stage.client.settled(stage.post(buy))
    with stage.dead(stage.worker_of("demo-1")):
        booked = stage.held(*place)
    sold = stage.client.settled(stage.post({**buy, "side": "sell", "quantity": "0.05"}))

    assert bought.column("order_status") == sold.column("order_status") == ["FILLED"]
    assert booked - held == Decimal("0.0999")
    assert stage.held(*place) - held == Decimal("0.0499")
    assert len(stage.client.venue_order_ids() - before) == 2


@pytest.mark.scenario(90)
def test_stream_processes_killed_while_an_order_is_filled_miss_no_fill(stage: Stage) -> None:
    place = ("demo-1", stage.client.private, "BTC/USDT")
    held = stage.held(*place)
    stage.client.settled(stage.post(limit_buy("93000", quantity="0.001")))

    with stage.dead(*STREAMS):
        stage.client.set_price("BTCUSDT", "92000")
    wait_for(lambda: stage.held(*place) != held, seconds=30)

    assert stage.held(*place) - held == Decimal("0.000999")


@pytest.mark.scenario(91)
def test_beat_killed_while_a_nudge_is_lost_repeats_it_after_its_return(stage: Stage) -> None:
    before = stage.client.venue_order_ids()

    with stage.dead("beat", *WORKERS):
        answer = stage.post(limit_buy())
        stage.broker().flushall()
    settled = stage.client.settled(answer, seconds=60)

    assert settled.column("status") == ["success"]
    assert stage.client.venue_order_ids() - before == set(settled.column("client_order_id"))


@pytest.mark.scenario(92)
def test_exchange_killed_keeps_what_it_accepted_and_its_orders_are_followed_on(
    stage: Stage,
) -> None:
    place = ("demo-1", stage.client.private, "BTC/USDT")
    held = stage.held(*place)
    rested = stage.client.settled(stage.post(limit_buy("93000", quantity="0.001")))
    before = stage.client.venue_order_ids()

    with stage.dead("sandbox"):
        answer = stage.post(limit_buy())
    settled = stage.client.settled(answer, seconds=60)
    stage.client.set_price("BTCUSDT", "92000")
    wait_for(lambda: stage.held(*place) != held, seconds=30)

    assert rested.column("order_status") == ["ACCEPTED"]
    assert stage.held(*place) - held == Decimal("0.000999")
    # Either it waited at the door of the exchange, or it was refused and says so.
    arrived = {row["client_order_id"] for row in settled.rows if row["status"] == "success"}
    assert stage.client.venue_order_ids() - before == arrived
