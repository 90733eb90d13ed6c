"""Switch a trading state: one committed write, which every worker obeys at its next decision."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from accounts.models import Account
from strategies.models import Strategy, TradingRun, TradingSwitch
from strategies.trading_states import RunAction, Scope, TradingState


class NotSwitched(Exception):
    """Refused; the message says why, and nothing has changed."""


@dataclass(frozen=True, slots=True)
class Target:
    """Whose trading; `id` is the user's, account's or strategy's, 0 for everything."""

    scope: Scope
    id: int = 0

    @property
    def columns(self) -> dict[str, Any]:
        """What finds the target's switch."""
        named = {} if self.scope is Scope.EVERYTHING else {f"{self.scope.lower()}_id": self.id}
        return {"scope": self.scope.value, **named}

    @property
    def word(self) -> str:
        """How a form names it; `target_of` reads it."""
        return f"{self.scope}-{self.id}"


def target_of(word: str) -> Target:
    """The target that `Target.word` names; raises ValueError when it names none."""
    scope, _, number = word.partition("-")
    return Target(Scope(scope), int(number))


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants switched; the same `key` twice is one wish."""

    target: Target
    state: TradingState
    action: RunAction = RunAction.NONE
    reason: str = ""
    key: uuid.UUID = field(default_factory=uuid.uuid4)


def may_switch(person: User, target: Target) -> bool:
    """Superusers switch everything; others themselves, own accounts and own strategies."""
    if person.is_superuser:
        return True
    match target.scope:
        case Scope.EVERYTHING:
            return False
        case Scope.USER:
            return target.id == person.pk
        case Scope.ACCOUNT:
            return Account.objects.filter(id=target.id, owner=person).exists()
        case Scope.STRATEGY:
            return Strategy.objects.filter(id=target.id, owner=person).exists()


def switch(wish: Wish, *, person: User, now: datetime) -> TradingRun:
    """Switch, and write down what else is to be done; raises NotSwitched.

    Two at once come one after the other, and the later one stands. What an earlier run has begun is
    taken over, unless trading is resumed: that ends it.
    """
    if not may_switch(person, wish.target):
        raise NotSwitched("You may switch yourself, your own accounts and your own strategies.")
    if wish.state is TradingState.ACTIVE and wish.action is not RunAction.NONE:
        raise NotSwitched("Resuming neither cancels nor closes anything.")
    with transaction.atomic():
        row = _locked(wish.target, person, now)
        known = TradingRun.objects.filter(key=wish.key, person=person).first()
        return known or _switch(row, wish, person, now)


def _locked(target: Target, person: User, now: datetime) -> TradingSwitch:
    active = {"state": TradingState.ACTIVE.value, "person": person, "changed_at": now}
    row, _ = TradingSwitch.objects.get_or_create(**target.columns, defaults=active)
    return (
        TradingSwitch.objects.select_for_update(of=("self",), no_key=True)
        .select_related("person")
        .get(pk=row.pk)
    )


def _switch(row: TradingSwitch, wish: Wish, person: User, now: datetime) -> TradingRun:
    is_operators = row.state != TradingState.ACTIVE and row.person.is_superuser
    if is_operators and not person.is_superuser:
        raise NotSwitched(f"{row.person} has set this; only a superuser changes it.")
    row.state, row.reason = wish.state.value, wish.reason
    row.person, row.changed_at = person, now
    row.save()
    return TradingRun.objects.create(
        key=wish.key,
        switch=row,
        state=wish.state.value,
        action=_take_over(row, wish, now).value,
        person=person,
        reason=wish.reason,
        requested_at=now,
    )


def _take_over(row: TradingSwitch, wish: Wish, now: datetime) -> RunAction:
    """End the switch's run at work, if there is one; what is to be done by the new one."""
    earlier = TradingRun.objects.select_for_update(no_key=True).filter(
        switch=row, ended_at__isnull=True
    )
    actions = [wish.action]
    for run in earlier:
        run.ended_at = now
        run.notes = "\n".join(filter(None, [run.notes, "The next switch took over."]))
        run.save(update_fields=["ended_at", "notes"])
        if wish.state is not TradingState.ACTIVE:
            actions.append(RunAction(run.action))
    return max(actions, key=list(RunAction).index)
