"""The life of the notifier: collect what is new, send what is due, stamp its row.

It shares nothing with what trades but the database, and reads committed rows only. One is enough;
more do no harm.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import Error, close_old_connections, connections

from tradeplatform.lib.encryption import CannotDecrypt
from tradeplatform.notifications import outbox
from tradeplatform.notifications.collecting import collect
from tradeplatform.notifications.models import Message
from tradeplatform.notifications.sending import Letter, Outcome, Sending, load_services

logger = logging.getLogger(__name__)

_ROUND_SECONDS = 2.0
# While something is under way its end is looked for so often.
_LOOK_SECONDS = 0.1
_AT_ONCE = 8
_REPEATS_AT_ONCE = 4
_DELETE_EVERY = timedelta(hours=1)
# At the end: what is under way may arrive; what does not is sent again after the next start.
_FAREWELL_SECONDS = 5


@dataclass(frozen=True, slots=True)
class _UnderWay:
    message: Message
    sending: Sending


class NotifierProcess:
    """Tells people until it is told to stop."""

    def __init__(self) -> None:
        load_services()
        self._under_way: list[_UnderWay] = []
        self._deleted_at: datetime | None = None

    def run(self, stopped: threading.Event) -> None:
        """Go round until `stopped` is set; what the database refuses is made up for."""
        while not stopped.is_set():
            _patiently(lambda: self.round(now=datetime.now(UTC)))
            self._wait(stopped, seconds=_ROUND_SECONDS)
        self._wait(threading.Event(), seconds=_FAREWELL_SECONDS if self._under_way else 0)
        connections.close_all()

    def round(self, *, now: datetime) -> None:
        """Everything once: what has ended, what is new, what is due, what is old."""
        self.note_outcomes(now=now)
        collect(now=now)
        outbox.make_messages(now=now)
        self._send_due(now)
        if self._deleted_at is None or now - self._deleted_at >= _DELETE_EVERY:
            outbox.delete_old(now=now)
            self._deleted_at = now

    def note_outcomes(self, *, now: datetime) -> None:
        """Write what became of what is under way; what cannot be written yet stays."""
        for each in list(self._under_way):
            outcome = each.sending.outcome()
            if outcome is not None:
                _note(each.message, outcome, now)
                self._under_way.remove(each)

    def _send_due(self, now: datetime) -> None:
        free = _AT_ONCE - len(self._under_way)
        repeats = sum(each.message.tries > 1 for each in self._under_way)
        due = outbox.claim_due(
            now=now, at_most=free, repeats_at_most=max(_REPEATS_AT_ONCE - repeats, 0)
        )
        for message in due:
            self._send(message, now)

    def _send(self, message: Message, now: datetime) -> None:
        try:
            address = message.channel.address()
        except CannotDecrypt as error:
            outbox.note_failure(message, reason=str(error), now=now)
            return
        letter = Letter(address=address, title=message.title, text=message.text)
        sending = Sending(letter, allow_private=settings.NOTIFICATIONS_ALLOW_PRIVATE)
        self._under_way.append(_UnderWay(message, sending))

    def _wait(self, stopped: threading.Event, *, seconds: float) -> None:
        """Let time pass, and note what ends meanwhile."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not stopped.is_set():
            stopped.wait(min(left, _LOOK_SECONDS) if self._under_way else left)
            _patiently(lambda: self.note_outcomes(now=datetime.now(UTC)))


def _note(message: Message, outcome: Outcome, now: datetime) -> None:
    if outcome.is_sent:
        outbox.note_sent(message, now=now)
        return
    logger.warning("message %s is not sent: %s", message.pk, outcome.reason)
    outbox.note_failure(message, reason=outcome.reason, now=now)


def _patiently(work: Callable[[], None]) -> None:
    try:
        work()
    except Error:  # InterfaceError too, of a connection that broke before
        logger.exception("the database is away")
        close_old_connections()
