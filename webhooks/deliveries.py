"""Write the Delivery rows: one per request to the webhook, whatever came of it, without secrets."""

import logging
import uuid
from dataclasses import asdict, fields

from django.contrib.auth.models import AbstractBaseUser
from django.db import Error

from strategies.models import Signal
from tradeplatform.lib.bulk_insert import insert_all
from tradeplatform.lib.compiled_queries import CompiledUpdate, Parameter
from webhooks.arrival import Arrival
from webhooks.models import Delivery, Outcome
from webhooks.redaction import redacted
from webhooks.refusals import Refused
from webhooks.strict_json import LARGEST_BODY
from webhooks.timing import Timings

logger = logging.getLogger(__name__)

_ACCEPTED_STATUS = 202  # until the answer is made
# Of a stranger enough is kept to see what it was: a flood must not fill the disk.
_LONGEST_OF_STRANGER = 4096

_ANSWER = CompiledUpdate(
    lambda: Delivery.objects.filter(pk=Parameter("delivery")),
    http_status=Parameter("http_status"),
    **{part.name: Parameter(part.name) for part in fields(Timings)},
)


def record_refused(
    *,
    delivery_id: uuid.UUID,
    arrival: Arrival,
    refused: Refused,
    sender: AbstractBaseUser | None,
    timings: Timings,
) -> None:
    """Keep a request that was refused, and why."""
    row = _delivery(delivery_id, arrival, sender)
    row.outcome = Outcome.REFUSED
    row.http_status = refused.reason.http_status
    row.error_code = refused.reason.name
    row.error_field = refused.field
    row.error_message = refused.sentence
    for name, milliseconds in asdict(timings).items():
        setattr(row, name, milliseconds)
    row.save(force_insert=True)


def record_accepted(
    *,
    delivery_id: uuid.UUID,
    arrival: Arrival,
    sender: AbstractBaseUser,
    signal: Signal,
    is_new: bool,
) -> None:
    """Keep a request that a signal stands for; call in the transaction that opens the signal."""
    row = _delivery(delivery_id, arrival, sender)
    row.outcome = Outcome.ACCEPTED if is_new else Outcome.DUPLICATE
    row.http_status = _ACCEPTED_STATUS
    row.signal = signal
    insert_all([row])


def record_answer(*, delivery_id: uuid.UUID, http_status: int, timings: Timings) -> None:
    """Add what is known once the answer is made. Losing it loses no order, so it only logs."""
    try:
        _ANSWER.run(delivery=delivery_id, http_status=http_status, **asdict(timings))
    except Error:
        logger.exception("the timings of delivery %s were not kept", delivery_id)


def _delivery(
    delivery_id: uuid.UUID, arrival: Arrival, sender: AbstractBaseUser | None
) -> Delivery:
    return Delivery(
        id=delivery_id,
        received_at=arrival.received_at,
        remote_address=arrival.remote_address,
        content_type=arrival.content_type,
        # A body above the limit was not read to its end. Removing secrets may lengthen others.
        body="" if arrival.is_too_large else redacted(arrival.body)[: _longest_body(sender)],
        sender_id=None if sender is None else sender.pk,
    )


def _longest_body(sender: AbstractBaseUser | None) -> int:
    return _LONGEST_OF_STRANGER if sender is None else LARGEST_BODY
