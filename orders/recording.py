"""Write outcomes until they are written: an answer from a venue is never dropped."""

import logging
import threading
from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import close_old_connections

from orders.lifecycle import apply_outcomes
from orders.outcomes import Outcome, Unbookable
from tradeplatform.lib.database_threads import DISCONNECTED

logger = logging.getLogger(__name__)

_PAUSE_SECONDS = 0.5
_pause = threading.Event()


def record(outcomes: Sequence[Outcome]) -> list[None]:
    """Apply the outcomes in one transaction.

    A batch that cannot be written is applied one by one, so that one odd answer does not lose
    the others; the odd one's order is flagged for a person and looked up.
    """
    try:
        _write_patiently(outcomes)
    except Exception:  # noqa: BLE001  a venue may say anything, and each outcome is tried alone
        for outcome in outcomes:
            _record_alone(outcome)
    return [None] * len(outcomes)


def _record_alone(outcome: Outcome) -> None:
    try:
        _write_patiently([outcome])
    except Exception as error:
        logger.exception("an outcome of order %s cannot be booked", outcome.order_id)
        _write_patiently([Unbookable(outcome.order_id, _first_line(error))])


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _write_patiently(outcomes: Sequence[Outcome]) -> None:
    """While the database is away try again and again: the writing, never the exchange call."""
    while True:
        try:
            return apply_outcomes(outcomes, now=datetime.now(UTC))
        except DISCONNECTED:
            logger.exception("the database is away; %s outcomes wait", len(outcomes))
            _pause.wait(_PAUSE_SECONDS)
            close_old_connections()
