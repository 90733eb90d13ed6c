"""The durable write: one transaction holds the delivery, the signal and its dispatch rows.

A COMMIT whose answer is lost may have happened. Saying "not stored" would make the sender resend
and double the orders, so we find out before we say so, and where we cannot we do not say it. Only
an alert with an id may always be sent again.
"""

import logging
import uuid
from dataclasses import dataclass, replace

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, connection, transaction

from orders.dispatching import OpenedSignal, open_signal
from strategies.models import Signal, Strategy
from tradeplatform.lib.database_threads import DISCONNECTED
from webhooks.arrival import Arrival
from webhooks.deliveries import record_accepted, record_refused
from webhooks.parsing import Alert
from webhooks.refusals import Reason, Refused
from webhooks.timing import Stopwatch

logger = logging.getLogger(__name__)

# How long the server may take to end a transaction whose connection died.
_LONGEST_LOCK_WAIT = "1s"


@dataclass(frozen=True, slots=True)
class Stored:
    """An alert that is in the database; if not confirmed, it only may be."""

    signal: Signal
    is_new: bool
    is_confirmed: bool = True


@dataclass(frozen=True, slots=True)
class Understood:
    """An alert that nothing forbids, with everything its rows are made of."""

    delivery_id: uuid.UUID
    arrival: Arrival
    sender: AbstractBaseUser
    strategy: Strategy
    alert: Alert


def store(understood: Understood, watch: Stopwatch) -> Stored:
    """Commit the alert.

    Raises django.db.Error if it is certain that nothing was committed, Refused if that is not known
    and the alert has an id under which it may be sent again.
    """
    written: Stored | None = None
    try:
        with transaction.atomic():
            written = _write(understood)
    except DISCONNECTED as error:
        if written is None:
            raise  # COMMIT was never sent
        logger.warning("the connection was lost during COMMIT: %s", error)
        return _look_up(understood, written, watch, error)
    return written


def _write(understood: Understood) -> Stored:
    opened: OpenedSignal = open_signal(
        strategy=understood.strategy,
        sender=understood.sender,
        intents=understood.alert.intents,
        dedup_key=understood.alert.dedup_key,
        received_at=understood.arrival.received_at,
    )
    record_accepted(
        delivery_id=understood.delivery_id,
        arrival=understood.arrival,
        sender=understood.sender,
        signal=opened.signal,
        is_new=opened.is_new,
    )
    return Stored(signal=opened.signal, is_new=opened.is_new)


def _look_up(understood: Understood, written: Stored, watch: Stopwatch, error: Exception) -> Stored:
    """Write a refusal under the delivery's own id, over a fresh connection.

    The database waits for the first transaction and then takes one of the two rows: either it
    had been committed, or now it never can be.
    """
    connection.close()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_LONGEST_LOCK_WAIT])
            record_refused(
                delivery_id=understood.delivery_id,
                arrival=understood.arrival,
                refused=Refused(Reason.STORE_UNAVAILABLE),
                sender=understood.sender,
                timings=watch.timings(),
            )
    except IntegrityError:
        return written
    except DISCONNECTED:
        logger.critical("signal %s may or may not be stored; look it up", written.signal.pk)
        if understood.alert.dedup_key is not None:
            raise Refused(Reason.STORE_UNCONFIRMED) from error
        return replace(written, is_confirmed=False)
    raise error
