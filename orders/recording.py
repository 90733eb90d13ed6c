"""Write outcomes until they are written: an answer from a venue is never dropped."""

import logging
import threading
from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections

from orders.lifecycle import Outcome, apply_outcomes
from orders.models import Order

logger = logging.getLogger(__name__)

_PAUSE_SECONDS = 0.5
_pause = threading.Event()


def record(outcomes: Sequence[Outcome]) -> list[None]:
    """Apply the outcomes in one transaction.

    While the database is away it is tried again and again: the exchange call is never repeated,
    the writing is. A batch that the database refuses is applied one by one, so that one odd
    answer does not lose the others; the odd one's order is flagged for a person.
    """
    while True:
        try:
            apply_outcomes(outcomes, now=datetime.now(UTC))
        except (OperationalError, InterfaceError):
            logger.exception("the database is away; %s outcomes wait", len(outcomes))
            _pause.wait(_PAUSE_SECONDS)
            close_old_connections()
        except (DatabaseError, ValueError):
            _record_one_by_one(outcomes)
            break
        else:
            break
    return [None] * len(outcomes)


def _record_one_by_one(outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        try:
            apply_outcomes([outcome], now=datetime.now(UTC))
        except (DatabaseError, ValueError):
            logger.exception("an outcome of order %s cannot be booked", outcome.order_id)
            Order.objects.filter(id=outcome.order_id).update(needs_attention=True)
