"""Write outcomes until they are written: an answer from a venue is never dropped."""

import logging
import threading
from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections

from orders.lifecycle import Outcome, apply_outcomes
from orders.models import Order
from orders.transitions import OrderStatus

logger = logging.getLogger(__name__)

_PAUSE_SECONDS = 0.5
_pause = threading.Event()


def record(outcomes: Sequence[Outcome]) -> list[None]:
    """Apply the outcomes in one transaction.

    A batch that the database refuses is applied one by one, so that one odd answer does not lose
    the others; the odd one's order is flagged for a person and looked up.
    """
    try:
        _write_patiently(outcomes)
    except (DatabaseError, ValueError):
        for outcome in outcomes:
            _record_alone(outcome)
    return [None] * len(outcomes)


def _record_alone(outcome: Outcome) -> None:
    try:
        _write_patiently([outcome])
    except (DatabaseError, ValueError):
        logger.exception("an outcome of order %s cannot be booked", outcome.order_id)
        _flag(outcome.order_id)


def _write_patiently(outcomes: Sequence[Outcome]) -> None:
    """While the database is away try again and again: the writing, never the exchange call."""
    while True:
        try:
            return apply_outcomes(outcomes, now=datetime.now(UTC))
        except (OperationalError, InterfaceError):
            logger.exception("the database is away; %s outcomes wait", len(outcomes))
            _pause.wait(_PAUSE_SECONDS)
            close_old_connections()


def _flag(order_id: int) -> None:
    """A person is to look, and where no answer is booked the venue is to be asked again."""
    orders = Order.objects.filter(id=order_id)
    orders.update(needs_attention=True)
    orders.filter(
        status__in=[OrderStatus.SUBMITTED, OrderStatus.PENDING_CANCEL], answered_at__isnull=True
    ).update(outcome_unknown_since=datetime.now(UTC))
