"""A trading run's progress in words, for its page and its command."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from strategies.models import TradingRun
from strategies.trading_states import RunAction
from tradeplatform.lib.admin_columns import EMPTY


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a run's progress."""

    text: Any
    is_done: bool


def steps_of(run: TradingRun) -> list[Step]:
    """The run's progress, line by line."""
    action = RunAction(run.action)
    steps = [Step(_("Committed: from now on every decision obeys"), is_done=True), _obeyed(run)]
    if action.includes(RunAction.CANCEL):
        numbers = {"asked": run.cancels_asked, "left": run.cancels_left}
        text = _("Open orders: %(asked)s cancels asked for, %(left)s without an end") % numbers
        steps.append(Step(text, is_done=run.blocked_at is not None and not run.cancels_left))
    if action.includes(RunAction.FLATTEN):
        steps.append(_closed(run))
    return steps


def _obeyed(run: TradingRun) -> Step:
    if run.blocked_at is None:
        return Step(_("Waiting for decisions that had begun before"), is_done=False)
    numbers = {"after": seconds_text(run.time_to_blocked), "count": run.in_flight}
    text = _("Obeyed everywhere after %(after)s; %(count)s orders were on their way") % numbers
    return Step(text, is_done=True)


def _closed(run: TradingRun) -> Step:
    if run.flat_at is not None:
        return Step(_("Flat after %s") % seconds_text(run.time_to_flat), is_done=True)
    if run.ended_at is not None:
        return Step(_("Not flat: read below what is left"), is_done=False)
    return Step(_("Positions still to close: %s") % run.closes_left, is_done=False)


def seconds_text(time: timedelta | None) -> str:
    """To the millisecond; a dash where it is not known."""
    return EMPTY if time is None else f"{time.total_seconds():.3f} s"
