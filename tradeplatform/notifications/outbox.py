"""Notices become messages, and each message is tried until it arrives or a day is over.

A try is noted before it is made and its outcome after it: a crash in between repeats that message
once, and loses none. A channel has one unsent message at most and gets one every `PAUSE` at most;
what happens meanwhile is counted in the next. Nothing is sent when it is a day old.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from tradeplatform.notifications.audience import listening
from tradeplatform.notifications.collecting import MAX_AGE
from tradeplatform.notifications.events import Event
from tradeplatform.notifications.models import Channel, Message, Notice, State
from tradeplatform.notifications.wording import Line, compose

PAUSE = timedelta(seconds=15)
GIVE_UP_AFTER = timedelta(days=1)
# Longer than a try may take; then nobody will tell its outcome any more.
LEASE = timedelta(seconds=60)
KEEP = timedelta(days=7)
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=1)


def pause_after(tries: int) -> timedelta:
    """How long a message waits after so many tries have failed: doubles, up to an hour."""
    return min(_FIRST_PAUSE * (1 << min(tries - 1, 10)), _LONGEST_PAUSE)


def make_messages(*, now: datetime) -> None:
    """One message for every channel that has untold notices and may be told now."""
    messages = Message.objects.filter(channel=OuterRef("pk"), is_test=False)
    busy = messages.filter(Q(state=State.PENDING) | Q(created_at__gt=now - PAUSE))
    notices = Notice.objects.filter(channel=OuterRef("pk"), message=None, at__gte=now - MAX_AGE)
    for channel in listening().filter(Exists(notices)).exclude(Exists(busy)):
        _make_message(channel, now=now)


@transaction.atomic
def _make_message(channel: Channel, *, now: datetime) -> None:
    untold = channel.notices.select_for_update().filter(message=None, at__gte=now - MAX_AGE)
    notices = list(untold.order_by("at", "id"))
    if not notices:
        return
    composed = compose([Line(event=Event(each.event), text=each.text) for each in notices])
    message = Message.objects.create(
        channel=channel,
        title=composed.title[:200],
        text=composed.text,
        created_at=now,
        next_try_at=now,
    )
    Notice.objects.filter(id__in=[each.pk for each in notices]).update(message=message)


def make_test(channel: Channel, *, now: datetime) -> Message:
    """A message that a person asked for; it is tried once, whatever else the channel waits for.

    While one waits, it is that one: nobody holds up others by asking again and again.
    """
    waiting = channel.messages.filter(is_test=True, state=State.PENDING).first()
    return waiting or Message.objects.create(
        channel=channel,
        title="tradeplatform: test",
        text=f"This is a test of the channel {channel}. It works.",
        is_test=True,
        created_at=now,
        next_try_at=now,
    )


def claim_due(*, now: datetime, at_most: int, repeats_at_most: int) -> list[Message]:
    """Messages to be tried now, each noted as being tried; those that never failed come first.

    Of those that failed before no more than `repeats_at_most`: dead channels, each waiting for its
    time-out, leave room for the others.
    """
    _give_up_old(now)
    due = _sendable().filter(state=State.PENDING, next_try_at__lte=now).order_by("next_try_at")
    fresh = list(due.filter(tries=0)[:at_most])
    repeats = list(due.filter(tries__gt=0)[: min(repeats_at_most, at_most - len(fresh))])
    return [message for message in [*fresh, *repeats] if _claim(message, now)]


def _give_up_old(now: datetime) -> None:
    """What was switched off, or nobody sent, for so long that it would be read as news of today."""
    old = Message.objects.filter(state=State.PENDING, created_at__lte=now - GIVE_UP_AFTER)
    old.filter(next_try_at__lte=now).update(
        state=State.GIVEN_UP, failure="It could not be sent for a day."
    )


def _sendable() -> QuerySet[Message]:
    wanted = Q(channel__is_active=True, channel__owner__is_active=True) | Q(is_test=True)
    return Message.objects.filter(wanted).select_related("channel")


def _claim(message: Message, now: datetime) -> bool:
    mine = Message.objects.filter(pk=message.pk, state=State.PENDING, tries=message.tries)
    message.tries += 1
    return mine.update(tries=message.tries, next_try_at=now + LEASE) == 1


def note_sent(message: Message, *, now: datetime) -> None:
    """The service took it."""
    with transaction.atomic():
        _own(message).update(state=State.SENT, sent_at=now, failure="")
        Channel.objects.filter(pk=message.channel_id).update(
            last_success_at=now, failing_since=None
        )


def note_failure(message: Message, *, reason: str, now: datetime) -> None:
    """The service did not take it: again after a pause, or given up."""
    next_try_at = now + pause_after(message.tries)
    is_last = message.is_test or next_try_at - message.created_at >= GIVE_UP_AFTER
    with transaction.atomic():
        _own(message).update(
            state=State.GIVEN_UP if is_last else State.PENDING,
            next_try_at=next_try_at,
            failure=reason[:300],
        )
        Channel.objects.filter(pk=message.channel_id).update(
            last_failure_at=now,
            last_failure=reason[:300],
            failing_since=Coalesce(F("failing_since"), now),
        )


def _own(message: Message) -> QuerySet[Message]:
    """The row, unless its try counted as lost meanwhile and another was begun."""
    return Message.objects.filter(pk=message.pk, state=State.PENDING, tries=message.tries)


def delete_old(*, now: datetime) -> None:
    """Forget what was told, given up, or never to be told, a week after."""
    Notice.objects.filter(at__lt=now - KEEP).delete()
    Message.objects.filter(created_at__lt=now - KEEP).delete()
