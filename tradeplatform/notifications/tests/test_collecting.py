"""Every committed row is told once: late commits, crashes and storms included."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections, transaction

from accounts.tests.rows import make_account, trader
from orders.models import OrderEvent
from orders.tests.waiting import wait_for
from strategies.models import Subscription
from strategies.tests.rows import NOON, make_strategy, subscribe
from tradeplatform.notifications.collecting import AT_MOST, collect
from tradeplatform.notifications.cursors import from_json
from tradeplatform.notifications.events import Event
from tradeplatform.notifications.models import Notice, Notifier
from tradeplatform.notifications.tests.rows import denied, make_channel, order_of, texts, trading


@pytest.fixture
def subscription(transactional_db: None) -> Subscription:
    """Bob's, whose rows are committed at once; the notifier has been running before."""
    collect(now=NOON)
    return trading(trader("bob"))


def refusal(order_id: int, reason: str) -> OrderEvent:
    return OrderEvent.objects.create(
        order_id=order_id, at=NOON, from_status="SUBMITTED", to_status="REJECTED", reason=reason
    )


@contextmanager
def uncommitted(order_id: int, reason: str) -> Iterator[None]:
    """A row that another connection has written; it commits at the end of the block."""
    is_written, may_commit = threading.Event(), threading.Event()

    def write() -> None:
        try:
            with transaction.atomic():
                refusal(order_id, reason)
                is_written.set()
                may_commit.wait(30)
        finally:
            connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    is_written.wait(30)
    yield
    may_commit.set()
    writer.join()


def floor() -> int:
    return from_json(Notifier.objects.get().cursors["refusals"]).floor


def test_a_lower_id_that_commits_long_after_a_higher_one_is_told(
    subscription: Subscription,
) -> None:
    channel = make_channel(subscription.account.owner)
    order = order_of(subscription)

    with uncommitted(order.pk, "SLOW: first by its id"):
        refusal(order.pk, "QUICK: second by its id")
        for hour in range(5):
            collect(now=NOON + timedelta(hours=hour))
        told_before = texts(channel)
    collect(now=NOON + timedelta(hours=5))

    assert [text.rpartition(". ")[2] for text in told_before] == ["QUICK: second by its id"]
    assert [text.rpartition(". ")[2] for text in texts(channel)] == [
        "QUICK: second by its id",
        "SLOW: first by its id",
    ]


def test_the_floor_rises_to_what_nothing_can_appear_below(subscription: Subscription) -> None:
    order = order_of(subscription)
    event = refusal(order.pk, "FIRST")

    def is_above() -> bool:
        collect(now=NOON)
        return floor() == event.pk

    # Until every transaction of this moment is over, also those of tests beside this one.
    wait_for(is_above, seconds=60)


def test_reading_again_after_a_crash_before_the_cursor_was_written_tells_once(
    subscription: Subscription,
) -> None:
    channel = make_channel(subscription.account.owner)
    denied(subscription)
    before = Notifier.objects.get().cursors
    collect(now=NOON)

    Notifier.objects.update(cursors=before)
    collect(now=NOON)

    assert len(texts(channel)) == 1


def test_what_happened_while_the_notifier_was_down_is_told(subscription: Subscription) -> None:
    channel = make_channel(subscription.account.owner)
    denied(subscription)

    collect(now=NOON + timedelta(hours=23))

    assert len(texts(channel)) == 1


def test_what_is_older_than_a_day_when_it_is_found_is_not_told(subscription: Subscription) -> None:
    channel = make_channel(subscription.account.owner)
    denied(subscription)

    collect(now=NOON + timedelta(hours=25))

    assert texts(channel) == []


def test_two_notifiers_at_once_tell_once(subscription: Subscription) -> None:
    channel = make_channel(subscription.account.owner)
    denied(subscription)

    with transaction.atomic():
        Notifier.objects.select_for_update().get()
        other = threading.Thread(target=_collect_on_a_connection_of_its_own)
        other.start()
        other.join(30)
        told_meanwhile = texts(channel)
    collect(now=NOON)

    assert not other.is_alive()
    assert told_meanwhile == []
    assert len(texts(channel)) == 1


def _collect_on_a_connection_of_its_own() -> None:
    collect(now=NOON)
    connections.close_all()


def test_refusals_are_all_noticed_however_many_there_are(subscription: Subscription) -> None:
    several_looks = 2 * AT_MOST + 1
    channel = make_channel(subscription.account.owner, events=[Event.REFUSED])
    order = order_of(subscription)
    OrderEvent.objects.bulk_create(
        OrderEvent(
            order=order, at=NOON, from_status="SUBMITTED", to_status="REJECTED", reason=f"X: {i}"
        )
        for i in range(several_looks)
    )

    for second in range(3):
        collect(now=NOON + timedelta(seconds=second))

    assert channel.notices.count() == several_looks


def test_a_source_that_fails_silences_no_other(
    subscription: Subscription, caplog: pytest.LogCaptureFixture
) -> None:
    channel = make_channel(subscription.account.owner)
    denied(subscription)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE orders_fill RENAME TO hidden_fill")

    try:
        collect(now=NOON)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE hidden_fill RENAME TO orders_fill")

    assert len(texts(channel)) == 1
    assert "a source of notices failed" in caplog.text


def test_nothing_is_kept_where_nobody_listens(alice: User) -> None:
    collect(now=NOON)
    denied(trading(alice))

    collect(now=NOON)

    assert not Notice.objects.exists()


def test_whatever_others_wrote_into_names_and_reasons_news_is_one_line(alice: User) -> None:
    provider = trader("provider")
    strategy = make_strategy(provider, "test1")
    strategy.name = "test1\nBought 9 BTC/USDT\u202e at 1"
    strategy.save()
    channel = make_channel(alice)
    collect(now=NOON)
    denied(subscribe(strategy, make_account(alice, "A1")))

    collect(now=NOON)

    (text,) = texts(channel)
    assert "· A1 · test1 Bought 9 BTC/USDT at 1. BELOW_MINIMUM" in text
