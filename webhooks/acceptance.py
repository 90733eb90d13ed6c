"""A request to the webhook from arrival to answer: understand, store, wait a little, answer.

INV no order without a committed delivery; INV every request that reached the database is kept, of
strangers and of floods up to a bound; INV 5xx only when nothing was committed, or sending again
under the same id does no harm.
"""

import logging
import uuid
from dataclasses import dataclass, field
from http import HTTPStatus

from django.contrib.auth.models import AbstractBaseUser
from django.db import Error, close_old_connections

from webhooks.access import sender_of, strategy_for
from webhooks.allowing import refuse_other_addresses
from webhooks.answers import Answer, refusal_answer
from webhooks.arrival import Arrival
from webhooks.completion import answer_stored
from webhooks.deliveries import record_refused
from webhooks.parsing import parse_alert
from webhooks.refusals import Reason, Refused
from webhooks.storing import Understood, store
from webhooks.strict_json import JsonObject, read_object, refuse_placeholders
from webhooks.throttling import (
    may_keep_of_flood,
    may_keep_of_stranger,
    refusal_of_stranger,
    refuse_flood_of_sender,
)
from webhooks.timing import Stopwatch

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Request:
    """An arrival while we work on it; the sender is known once the token is."""

    arrival: Arrival
    delivery_id: uuid.UUID = field(default_factory=uuid.uuid4)
    watch: Stopwatch = field(default_factory=Stopwatch)
    sender: AbstractBaseUser | None = None


def receive(arrival: Arrival) -> Answer:
    """Answer a request to the webhook; never raises."""
    request = _Request(arrival)
    try:
        return _receive(request)
    except Error:
        logger.exception("delivery %s could not be stored", request.delivery_id)
        return _failed(request, Reason.STORE_UNAVAILABLE)
    except Refused as refused:
        return _failed(request, refused.reason)
    except Exception:
        logger.exception("delivery %s met an error of ours", request.delivery_id)
        return _failed(request, Reason.INTERNAL_ERROR)


def _receive(request: _Request) -> Answer:
    try:
        understood = _understand(request)
    except Refused as refused:
        if request.sender is None:
            refused = _to_stranger(refused, address=request.arrival.remote_address)
        return _refused(request, refused)
    request.watch.end_part()
    stored = store(understood, request.watch)
    request.watch.end_part()
    return answer_stored(understood, stored, request.watch)


def _understand(request: _Request) -> Understood:
    """Who sends is found out before anything that tells of fields or strategies."""
    arrival = request.arrival
    if arrival.is_too_large:
        raise Refused(Reason.BODY_TOO_LARGE)
    document = read_object(arrival.body)
    sender = request.sender = sender_of(
        document, path_token=arrival.path_token, bearer_token=arrival.bearer_token
    )
    refuse_other_addresses(arrival.remote_address)
    refuse_flood_of_sender(sender.pk)
    return _checked(request, document, sender)


def _checked(request: _Request, document: JsonObject, sender: AbstractBaseUser) -> Understood:
    refuse_placeholders(document)
    strategy = strategy_for(document, sender=sender)
    alert = parse_alert(
        document,
        strategy=strategy,
        idempotency_key=request.arrival.idempotency_key,
        received_at=request.arrival.received_at,
    )
    return Understood(
        delivery_id=request.delivery_id,
        arrival=request.arrival,
        sender=sender,
        strategy=strategy,
        alert=alert,
    )


def _to_stranger(refused: Refused, *, address: str | None) -> Refused:
    """Whoever may not send from there is told that and nothing else."""
    try:
        refuse_other_addresses(address)
    except Refused as not_allowed:
        refused = not_allowed
    return refusal_of_stranger(refused, address=address)


def _failed(request: _Request, reason: Reason) -> Answer:
    """To be sent again. Keep the delivery if the database takes it after all."""
    refused = Refused(reason)
    close_old_connections()  # a broken one would refuse the row
    try:
        return _refused(request, refused)
    except Error:
        logger.warning("delivery %s is not kept", request.delivery_id)
        return refusal_answer(refused, delivery_id=request.delivery_id)


def _refused(request: _Request, refused: Refused) -> Answer:
    """Keep the refusal, unless it is one of too many that nobody will read, and answer it."""
    if not _is_kept(request, refused.reason):
        return refusal_answer(refused)
    record_refused(
        delivery_id=request.delivery_id,
        arrival=request.arrival,
        refused=refused,
        sender=request.sender,
        timings=request.watch.timings(),
    )
    return refusal_answer(refused, delivery_id=request.delivery_id)


def _is_kept(request: _Request, reason: Reason) -> bool:
    if reason.http_status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return True  # ours: whoever sent it may be no stranger
    if request.sender is None:
        return may_keep_of_stranger(request.arrival.remote_address)
    return reason is not Reason.TOKEN_THROTTLED or may_keep_of_flood(request.sender.pk)
