"""The notifier from row to receiver, on a channel as people have it."""

import threading
import time
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from pytest_django import Settings

from orders.tests.waiting import wait_for
from strategies.tests.racing import until_somebody_waits
from strategies.tests.rows import NOON
from tradeplatform.notifications import outbox
from tradeplatform.notifications.models import Channel, Message, Notifier, State
from tradeplatform.notifications.process import NotifierProcess
from tradeplatform.notifications.tests.receiver import Receiver, running
from tradeplatform.notifications.tests.rows import denied, make_channel, trading

pytestmark = pytest.mark.django_db


@pytest.fixture
def notifier(db: None, settings: Settings) -> NotifierProcess:
    """It has made its first round, in a network of one's own."""
    settings.NOTIFICATIONS_ALLOW_PRIVATE = True
    notifier = NotifierProcess()
    notifier.round(now=NOON)
    return notifier


def until_settled(notifier: NotifierProcess, message: Message, now: datetime) -> Message:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        notifier.note_outcomes(now=now)
        message.refresh_from_db()
        if message.state == State.SENT or message.failure:
            return message
        time.sleep(0.02)  # noqa: TID251  a test may wait
    pytest.fail("the message was neither sent nor refused")


def test_a_refused_order_is_told(
    alice: User, notifier: NotifierProcess, receiver: Receiver
) -> None:
    channel = make_channel(alice, address=receiver.address)
    denied(trading(alice))

    notifier.round(now=NOON)
    message = until_settled(notifier, channel.messages.get(), NOON)

    assert message.state == State.SENT
    assert [(sent["title"], sent["message"]) for sent in receiver.messages] == [
        (
            "tradeplatform: 1 refused order",
            "Not sent: buy 0.5 BTC/USDT at 90000 · A1 · test1. "
            "BELOW_MINIMUM: 0.00001 BTC is below the minimum 0.0001",
        )
    ]


def test_without_the_setting_a_private_address_is_refused(
    alice: User, notifier: NotifierProcess, receiver: Receiver, settings: Settings
) -> None:
    settings.NOTIFICATIONS_ALLOW_PRIVATE = False
    channel = make_channel(alice, address=receiver.address)
    message = outbox.make_test(channel, now=NOON)

    notifier.round(now=NOON)
    until_settled(notifier, message, NOON)

    channel.refresh_from_db()
    assert (message.state, message.failure) == (
        State.GIVEN_UP,
        "Not sent: 127.0.0.1 is no public address.",
    )
    assert (channel.failing_since, channel.last_failure) == (NOON, message.failure)
    assert receiver.messages == []


def test_a_channel_that_hangs_holds_up_no_other(
    alice: User, notifier: NotifierProcess, receiver: Receiver
) -> None:
    with running() as hanging:
        hanging.hangs = True
        stuck = outbox.make_test(make_channel(alice, "a", address=hanging.address), now=NOON)
        quick = outbox.make_test(make_channel(alice, "b", address=receiver.address), now=NOON)

        notifier.round(now=NOON)
        until_settled(notifier, quick, NOON)

        stuck.refresh_from_db()
        assert quick.state == State.SENT
        assert stuck.state == State.PENDING
        hanging.release.set()
        until_settled(notifier, stuck, NOON)


def test_an_address_that_no_key_decrypts_is_a_failure_of_its_channel(
    alice: User, notifier: NotifierProcess, settings: Settings
) -> None:
    channel = make_channel(alice)
    settings.ENCRYPTION_KEYS = ["another key"]
    outbox.make_test(channel, now=NOON)

    notifier.round(now=NOON)

    assert "None of the ENCRYPTION_KEYS decrypts" in Channel.objects.get().last_failure


def test_each_round_says_that_the_notifier_lives(notifier: NotifierProcess) -> None:
    notifier.round(now=NOON + timedelta(minutes=5))

    row = Notifier.objects.get()
    assert row.seen_at == NOON + timedelta(minutes=5)
    assert not row.is_silent(now=NOON + timedelta(minutes=6))
    assert row.is_silent(now=NOON + timedelta(minutes=6, seconds=1))


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_breaks_in_the_middle_of_a_round_ends_nothing() -> None:
    stopped = threading.Event()
    notifier = threading.Thread(target=NotifierProcess().run, args=[stopped])

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE orders_fill")
        notifier.start()
        until_somebody_waits()
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    wait_for(Notifier.objects.filter(seen_at__isnull=False, cursors__has_key="fills").exists)
    stopped.set()
    notifier.join(timeout=30)
