"""What became of a signal, for whoever may know: `GET /api/signals/<id>`.

A strategy's owner sees every account's rows; anybody else sees those of their own accounts, of
signals they sent or that touched them. Anything else does not exist for them.
"""

from collections.abc import Sequence
from dataclasses import fields
from uuid import UUID

from accounts.models import Account
from orders.results import ResultRow, Results, results_of
from strategies.models import Signal
from webhooks.answers import Progress
from webhooks.models import Delivery, Outcome
from webhooks.refusals import Reason, Refused
from webhooks.timing import Timings


def signal_progress(signal_id: str, *, user_id: int) -> Progress:
    """How far the signal is; raises Refused with SIGNAL_NOT_FOUND."""
    signal = _signal(signal_id)
    results = results_of(signal.pk)
    return Progress(
        signal_id=signal.pk,
        group_name=signal.strategy.group_name,
        intents=signal.intents if _may_know_intents(signal, user_id) else (),
        rows=_visible_rows(results, signal, user_id),
        is_settled=results.is_settled,
        is_given_up=results.is_given_up,
        timings=_timings(signal),
    )


def _signal(signal_id: str) -> Signal:
    try:
        wanted = UUID(signal_id)
    except ValueError:
        raise Refused(Reason.SIGNAL_NOT_FOUND) from None
    signal = Signal.objects.select_related("strategy").filter(pk=wanted).first()
    if signal is None:
        raise Refused(Reason.SIGNAL_NOT_FOUND)
    return signal


def _may_know_intents(signal: Signal, user_id: int) -> bool:
    return user_id in (signal.strategy.owner_id, signal.sender_id)


def _visible_rows(results: Results, signal: Signal, user_id: int) -> Sequence[ResultRow]:
    if signal.strategy.owner_id == user_id:
        return results.rows
    own = set(Account.objects.filter(owner_id=user_id).values_list("pk", flat=True))
    visible = [row for row in results.rows if row.account_id in own]
    if not visible and signal.sender_id != user_id:
        raise Refused(Reason.SIGNAL_NOT_FOUND)
    return visible


def _timings(signal: Signal) -> Timings | None:
    """Those of the delivery that opened it, once its answer was made."""
    names = [field.name for field in fields(Timings)]
    answered = Delivery.objects.filter(
        signal=signal, outcome=Outcome.ACCEPTED, total_processing_time_ms__isnull=False
    )
    values = answered.values(*names).first()
    return Timings(**values) if values else None
