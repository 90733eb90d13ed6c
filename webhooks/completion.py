"""What follows the commit: wait for the accounts, read the results, answer. Never an error: the
alert is stored, and a sender who reads 5xx would send it again.
"""

import logging

from django.urls import reverse

from orders.dispatching import is_asked_for
from orders.results import Results, results_of
from webhooks.answers import Answer, Progress, progress_body
from webhooks.deliveries import record_answer
from webhooks.storing import Stored, Understood
from webhooks.timing import Stopwatch
from webhooks.waiting import wait_until_settled

logger = logging.getLogger(__name__)

_DUPLICATE = "The same alert_id or Idempotency-Key came before: this alert was not executed again."
_OTHER_CONTENT = (
    "That one asked for something else: give every alert an alert_id of its own, for example with "
    "{{strategy.order.id}} and {{timenow}} in it."
)
UNCONFIRMED = (
    "The database did not confirm that it stored the alert. Look at status_url before you send "
    "it again."
)


_NOTHING_KNOWN = Results(rows=(), is_settled=False)


def answer_stored(understood: Understood, stored: Stored, watch: Stopwatch) -> Answer:
    """The answer to an alert that is in the database; never raises, never 5xx."""
    try:
        known = _known(understood, stored, watch) if stored.is_confirmed else _NOTHING_KNOWN
        answer = _answer(understood, stored, known, watch)
        record_answer(
            delivery_id=understood.delivery_id,
            http_status=answer.http_status,
            timings=watch.timings(),
        )
    except Exception:
        logger.exception("signal %s is stored, its results could not be read", stored.signal.pk)
        answer = _answer(understood, stored, _NOTHING_KNOWN, watch)
    return answer


def _known(understood: Understood, stored: Stored, watch: Stopwatch) -> Results:
    """Nothing of a new alert that was not waited for: to read that would hold up the next one."""
    prefers_async = understood.arrival.prefers_async
    has_waited = not prefers_async and wait_until_settled(stored.signal.pk, watch)
    return results_of(stored.signal.pk) if has_waited or not stored.is_new else _NOTHING_KNOWN


def _answer(understood: Understood, stored: Stored, known: Results, watch: Stopwatch) -> Answer:
    signal = stored.signal
    progress = Progress(
        signal_id=signal.pk,
        group_name=understood.strategy.group_name,
        intents=signal.intents,
        rows=known.rows,
        is_settled=known.is_settled,
        is_given_up=known.is_given_up,
        timings=watch.timings(),
        warnings=_warnings(understood, stored),
    )
    body = progress_body(progress, status_url=reverse("signal", args=[signal.pk]))
    prefers_async = understood.arrival.prefers_async
    is_final = known.is_settled or not stored.is_new
    return Answer(
        http_status=200 if is_final else 202,
        body=body if stored.is_new else {"duplicate": True} | body,
        headers={"Preference-Applied": "respond-async"} if prefers_async else {},
    )


def _warnings(understood: Understood, stored: Stored) -> tuple[str, ...]:
    return (
        *(() if stored.is_new else (_DUPLICATE,)),
        *(() if is_asked_for(stored.signal, understood.alert.intents) else (_OTHER_CONTENT,)),
        *(() if stored.is_confirmed else (UNCONFIRMED,)),
        *understood.alert.warnings,
    )
