"""Messages: grouped, paced, tried again, given up, forgotten."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User

from strategies.tests.rows import NOON
from tradeplatform.notifications import outbox
from tradeplatform.notifications.models import Channel, Message, Notice, State
from tradeplatform.notifications.tests.rows import make_channel, make_notice

pytestmark = pytest.mark.django_db


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def claimed(now: datetime) -> list[Message]:
    return outbox.claim_due(now=now, at_most=8, repeats_at_most=8)


def test_what_is_untold_goes_into_one_message(alice: User) -> None:
    channel = make_channel(alice)
    for number in range(3):
        make_notice(channel, str(number), f"fill {number}")

    outbox.make_messages(now=NOON)

    message = channel.messages.get()
    assert message.title == "tradeplatform: 3 fills"
    assert message.text == "fill 0\nfill 1\nfill 2"
    assert message.notices.count() == 3


def test_a_channel_gets_a_message_every_15_seconds_at_most(alice: User) -> None:
    channel = make_channel(alice)
    for second in range(31):
        make_notice(channel, str(second))
        outbox.make_messages(now=later(second))
        for message in claimed(later(second)):
            outbox.note_sent(message, now=later(second))

    times = channel.messages.order_by("id").values_list("created_at", flat=True)

    assert list(times) == [NOON, later(15), later(30)]
    assert not channel.notices.filter(message=None).exists()


def test_while_a_message_does_not_arrive_what_happens_is_gathered(alice: User) -> None:
    channel = make_channel(alice)
    make_notice(channel, "first")
    outbox.make_messages(now=NOON)
    outbox.note_failure(claimed(NOON)[0], reason="down", now=NOON)
    for number in range(100):
        make_notice(channel, str(number))

    outbox.make_messages(now=later(3_600))
    count_while_failing = channel.messages.count()
    outbox.note_sent(claimed(later(3_600))[0], now=later(3_600))
    outbox.make_messages(now=later(3_600))

    assert count_while_failing == 1
    assert channel.messages.latest("id").title == "tradeplatform: 100 fills"


def test_tries_are_repeated_after_growing_pauses_and_given_up_after_a_day(alice: User) -> None:
    channel = make_channel(alice)
    make_notice(channel, "1")
    outbox.make_messages(now=NOON)

    tried_at = []
    while (message := channel.messages.get()).state == State.PENDING:
        now = message.next_try_at
        (message,) = claimed(now)
        tried_at.append((now - NOON).total_seconds())
        outbox.note_failure(message, reason="HTTP 500", now=now)

    channel.refresh_from_db()
    assert tried_at[:9] == [0, 30, 90, 210, 450, 930, 1_890, 3_810, 7_410]
    assert tried_at[-1] - tried_at[-2] == 3_600
    assert 23 * 3_600 <= tried_at[-1] < 24 * 3_600
    assert (message.state, message.failure) == (State.GIVEN_UP, "HTTP 500")
    assert message.tries == len(tried_at)
    assert channel.failing_since == NOON
    assert channel.last_failure == "HTTP 500"


@pytest.mark.parametrize("off", ["channel", "owner", "notifier"])
def test_what_could_not_be_sent_for_a_day_is_given_up(alice: User, off: str) -> None:
    channel = make_channel(alice, is_active=off != "channel")
    User.objects.filter(pk=alice.pk).update(is_active=off != "owner")
    Message.objects.create(channel=channel, title="1 fill", created_at=NOON, next_try_at=NOON)

    claimed(later(24 * 3_600))
    Channel.objects.update(is_active=True)
    User.objects.update(is_active=True)

    message = channel.messages.get()
    assert claimed(later(24 * 3_600 + 1)) == []
    assert (message.state, message.tries) == (State.GIVEN_UP, 0)
    assert message.failure == "It could not be sent for a day."


def test_a_try_that_is_under_way_is_not_given_up(alice: User) -> None:
    make_notice(make_channel(alice), "1")
    outbox.make_messages(now=NOON)
    (under_way,) = claimed(later(24 * 3_600 - 1))

    claimed(later(24 * 3_600 + 1))
    outbox.note_sent(under_way, now=later(24 * 3_600 + 2))

    assert Message.objects.get().state == State.SENT


def test_a_message_that_arrives_ends_the_failing(alice: User) -> None:
    channel = make_channel(alice)
    make_notice(channel, "1")
    outbox.make_messages(now=NOON)
    outbox.note_failure(claimed(NOON)[0], reason="down", now=NOON)

    outbox.note_sent(claimed(later(30))[0], now=later(30))

    channel.refresh_from_db()
    message = channel.messages.get()
    assert (channel.failing_since, channel.last_success_at) == (None, later(30))
    assert (channel.last_failure, channel.last_failure_at) == ("down", NOON)
    assert (message.state, message.sent_at, message.failure) == (State.SENT, later(30), "")


def test_a_crash_between_sending_and_noting_repeats_the_message_once(alice: User) -> None:
    channel = make_channel(alice)
    make_notice(channel, "1")
    outbox.make_messages(now=NOON)

    (lost,) = claimed(NOON)  # sent, and the process dies before it notes that
    while_it_may_live = claimed(later(59))
    (repeated,) = claimed(later(60))
    outbox.note_sent(repeated, now=later(60))

    assert while_it_may_live == []
    assert repeated.pk == lost.pk
    assert claimed(later(200)) == []


def test_a_try_that_counted_as_lost_says_nothing_any_more(alice: User) -> None:
    channel = make_channel(alice)
    make_notice(channel, "1")
    outbox.make_messages(now=NOON)
    (late,) = claimed(NOON)
    claimed(later(60))

    outbox.note_failure(late, reason="late", now=later(61))

    assert channel.messages.get().failure == ""


def test_two_notifiers_do_not_send_one_message_twice(alice: User) -> None:
    channel = make_channel(alice)
    make_notice(channel, "1")
    outbox.make_messages(now=NOON)
    outbox.make_messages(now=NOON)

    assert [len(claimed(NOON)), len(claimed(NOON))] == [1, 0]


def test_dead_channels_leave_room_for_the_others(alice: User) -> None:
    for number in range(9):
        channel = make_channel(alice, f"dead {number}")
        make_notice(channel, "1")
    outbox.make_messages(now=NOON)
    for message in outbox.claim_due(now=NOON, at_most=9, repeats_at_most=9):
        outbox.note_failure(message, reason="down", now=NOON)
    fresh = make_channel(alice, "fresh")
    make_notice(fresh, "1")
    outbox.make_messages(now=later(30))

    due = outbox.claim_due(now=later(30), at_most=8, repeats_at_most=4)

    assert due[0].channel == fresh
    assert len(due) == 5


@pytest.mark.parametrize("off", ["channel", "owner"])
def test_nothing_is_sent_where_channel_or_owner_is_switched_off(alice: User, off: str) -> None:
    channel = make_channel(alice)
    make_notice(channel, "1")
    outbox.make_messages(now=NOON)
    make_notice(channel, "2")
    channel.is_active = off != "channel"
    channel.save()
    User.objects.filter(pk=alice.pk).update(is_active=off != "owner")

    outbox.make_messages(now=later(60))

    assert claimed(later(60)) == []
    assert channel.messages.count() == 1


def test_a_test_is_tried_once_even_where_the_channel_is_switched_off(alice: User) -> None:
    channel = make_channel(alice, is_active=False)
    test = outbox.make_test(channel, now=NOON)

    outbox.note_failure(claimed(NOON)[0], reason="no such bot", now=NOON)

    test.refresh_from_db()
    assert (test.state, test.failure) == (State.GIVEN_UP, "no such bot")
    assert claimed(later(3_600)) == []


def test_a_test_that_waits_is_not_asked_for_twice(alice: User) -> None:
    channel = make_channel(alice)
    first = outbox.make_test(channel, now=NOON)

    again = outbox.make_test(channel, now=later(1))
    outbox.note_sent(claimed(later(1))[0], now=later(2))
    next_one = outbox.make_test(channel, now=later(3))

    assert again == first
    assert next_one != first
    assert channel.messages.count() == 2


def test_after_a_week_everything_is_forgotten(alice: User) -> None:
    channel = make_channel(alice)
    make_notice(channel, "old")
    outbox.make_messages(now=NOON)
    outbox.note_sent(claimed(NOON)[0], now=NOON)
    make_notice(channel, "new", at=later(60))
    outbox.make_messages(now=later(60))

    outbox.delete_old(now=NOON + timedelta(days=7, seconds=1))

    assert [message.created_at for message in channel.messages.all()] == [later(60)]
    assert [notice.source_key for notice in Notice.objects.all()] == ["new"]
