"""Trading that was stopped or resumed, and how a cancel or flatten that went with it has ended."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q

from orders.trading.reach import subscriptions_in_scope
from orders.trading.wording import seconds_text
from strategies.models import TradingRun
from strategies.trading_states import RunAction, TradingState
from tradeplatform.notifications.audience import superuser_ids
from tradeplatform.notifications.sources.kinds import Wrong

_NEWS_FOR = timedelta(days=1)
_STATES = {
    TradingState.ACTIVE: "orders are sent again",
    TradingState.REDUCING: "only closes and cancels are sent",
    TradingState.HALTED: "only cancels are sent",
}
_ACTIONS = {
    RunAction.NONE: "",
    RunAction.CANCEL: " Open orders are canceled.",
    RunAction.FLATTEN: " Open orders are canceled and positions closed.",
}


def switches(now: datetime) -> Iterator[Wrong]:
    """The last day's switches and, for who may see what is left, the ends of their work."""
    since = now - _NEWS_FOR
    recent = TradingRun.objects.filter(Q(requested_at__gte=since) | Q(ended_at__gte=since))
    rows = recent.select_related("person", "switch__user", "switch__account", "switch__strategy")
    for run in rows.order_by("id"):
        answerable = _answerable(run)
        for user_id in sorted(answerable | _concerned(run)):
            yield Wrong(key=f"{run.pk} for {user_id}", owner_id=user_id, text=_beginning(run))
        if run.ended_at is not None and run.action != RunAction.NONE:
            for user_id in sorted(answerable):
                yield Wrong(key=f"{run.pk} end for {user_id}", owner_id=user_id, text=_end(run))


def _answerable(run: TradingRun) -> set[int]:
    """Who did it and whose account or strategy it is; for everything all superusers."""
    switch = run.switch
    row = switch.account or switch.strategy
    owner_id = row.owner_id if row else switch.user_id
    if owner_id is None:
        return superuser_ids()
    return {owner_id, run.person_id}


def _concerned(run: TradingRun) -> set[int]:
    """Whose orders obey the switch."""
    rows = subscriptions_in_scope(run).order_by()
    return set(rows.values_list("account__owner_id", flat=True).distinct())


def _beginning(run: TradingRun) -> str:
    """`Trading of account A1 is HALTED, only cancels are sent. Set by root: maintenance.`"""
    why = f": {run.reason}" if run.reason else ""
    state = f"{run.switch} is {run.state}, {_STATES[TradingState(run.state)]}"
    return f"{state}. Set by {run.person}{why}.{_ACTIONS[RunAction(run.action)]}"


def _end(run: TradingRun) -> str:
    """`Trading of account A1: HALTED: not flat. …: not closed after 5 tries: …`."""
    if run.action == RunAction.FLATTEN and run.flat_at is not None:
        return f"{run}: flat after {seconds_text(run.time_to_flat)}"
    outcome = "not flat"
    if run.action == RunAction.CANCEL:
        outcome = f"{run.cancels_asked} cancels asked for, {run.cancels_left} without an end"
    return ". ".join([f"{run}: {outcome}", *run.notes.splitlines()])
