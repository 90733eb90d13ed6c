"""A run from its commit to its end: obeyed everywhere, own orders canceled, positions closed.

Every step is decided anew from the rows, under the run's lock, so that it may be broken off
anywhere, repeated, or taken over by the beat.
"""

import logging
from datetime import UTC, datetime

from django.contrib.auth.models import User
from django.db import transaction

from orders.trading.blocking import note_commit, obeyed_at
from orders.trading.canceling import cancel_known, count_in_flight, count_unfinished
from orders.trading.flattening import flatten
from strategies.models import TradingRun
from strategies.switching import Wish, switch
from strategies.trading_states import RunAction

logger = logging.getLogger(__name__)


def begin(wish: Wish, *, person: User, now: datetime) -> TradingRun:
    """Switch, and take the first steps at once; raises NotSwitched.

    Once this returns the switch is committed. Workers and the beat do what is left.
    """
    run = switch(wish, person=person, now=now)
    take_further(run.pk)
    run.refresh_from_db()
    return run


def advance_all() -> None:
    """Take every run that has not ended a step further."""
    for run_id in TradingRun.objects.filter(ended_at__isnull=True).values_list("id", flat=True):
        take_further(run_id)


def take_further(run_id: int) -> None:
    """One step, now; what cannot be done is logged and left to the next call."""
    try:
        note_commit(run_id)
        advance(run_id, now=datetime.now(UTC))
    except Exception:  # the switch is committed whatever becomes of the rest
        logger.exception("trading run %s is not taken further; the beat comes back to it", run_id)


def advance(run_id: int, *, now: datetime) -> None:
    """One step; nothing when somebody else is at it or it has ended."""
    with transaction.atomic():
        run = (
            TradingRun.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
            .select_related("person", "switch__user", "switch__account", "switch__strategy")
            .filter(id=run_id, committed_at__isnull=False, ended_at__isnull=True)
            .first()
        )
        if run is not None:
            _advance(run, now)
            run.save()


def _advance(run: TradingRun, now: datetime) -> None:
    action = RunAction(run.action)
    # Looked at before the cancels: what was decided before the switch is committed by then, and
    # is found by these.
    obeyed = run.blocked_at or _obeyed_at(run)
    if action.includes(RunAction.CANCEL):
        run.cancels_asked += cancel_known(run, now=now)
    if run.blocked_at is None and obeyed is not None:
        run.blocked_at = obeyed
        run.in_flight = count_in_flight(run)
    if action.includes(RunAction.CANCEL):
        run.cancels_left = count_unfinished(run)
    is_quiet = run.blocked_at is not None and run.cancels_left == 0
    if action.includes(RunAction.FLATTEN):
        is_quiet = _flatten(run, is_quiet=is_quiet, now=now)
    run.ended_at = now if is_quiet else None


def _obeyed_at(run: TradingRun) -> datetime | None:
    return None if run.committed_at is None else obeyed_at(run.committed_at)


def _flatten(run: TradingRun, *, is_quiet: bool, now: datetime) -> bool:
    """Whether nothing more is to be done; while it is not quiet, what is flat may not stay so."""
    flattened = flatten(run, now=now)
    run.closes_left = flattened.left
    run.notes = "\n".join(flattened.notes)
    if is_quiet and flattened.is_flat:
        run.flat_at = now
    return is_quiet and flattened.is_over
