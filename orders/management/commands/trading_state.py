"""`manage.py trading_state`: stop and resume trading from a shell, and follow what comes of it."""

import threading
import time
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Account
from orders.trading.runs import begin, take_further
from orders.trading.wording import steps_of
from strategies.models import Strategy, TradingRun, TradingSwitch
from strategies.restraints import restraints_among
from strategies.switching import NotSwitched, Target, Wish
from strategies.trading_states import RunAction, Scope, TradingState

_PAUSE_SECONDS = 0.2


class Command(BaseCommand):
    """Shows or switches the trading state of everything, a user, an account or a strategy."""

    help = (
        "ACTIVE: all is traded. REDUCING: orders that open are denied; closes and cancels go on. "
        "HALTED: no orders, only cancels. Of all that apply to an order the strictest counts. The "
        "exit status is 0 only when all that was asked for is done."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("state", choices=["show", *(state.lower() for state in TradingState)])
        target = parser.add_mutually_exclusive_group()
        target.add_argument("--user", metavar="NAME", help="all accounts of this user")
        target.add_argument("--account", metavar="NAME", help="NAME, or OWNER/NAME")
        target.add_argument("--strategy", metavar="NAME", help="its group_name")
        action = parser.add_mutually_exclusive_group()
        action.add_argument("--cancel", action="store_true", help="cancel its open orders")
        action.add_argument(
            "--flatten", action="store_true", help="cancel, then close every position at market"
        )
        parser.add_argument("--reason", default="", help="senders of refused alerts read it")
        parser.add_argument("--by", metavar="NAME", help="who does it; the first superuser")
        parser.add_argument("--timeout", type=float, default=30, help="seconds to wait; 30")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["state"] == "show":
            self._show()
            return
        wish = Wish(
            target=_target(options),
            state=TradingState(options["state"].upper()),
            action=_action(options),
            reason=options["reason"][:150],
        )
        try:
            run = begin(wish, person=_person(options["by"]), now=datetime.now(UTC))
        except NotSwitched as refusal:
            raise CommandError(str(refusal)) from refusal
        self._follow(run, options["timeout"])
        if wish.state is TradingState.ACTIVE:
            self._tell_what_is_left()

    def _show(self) -> None:
        self._tell_what_is_left()
        for run in TradingRun.objects.filter(ended_at__isnull=True).order_by("id"):
            self._tell(run)

    def _tell_what_is_left(self) -> None:
        restraints = restraints_among(TradingSwitch.objects.all())
        for restraint in restraints:
            self.stdout.write(restraint.sentence)
        if not restraints:
            self.stdout.write("Everything is ACTIVE.")

    def _follow(self, run: TradingRun, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        pause = threading.Event()
        while run.ended_at is None and time.monotonic() < deadline:
            pause.wait(_PAUSE_SECONDS)
            take_further(run.pk)
            run.refresh_from_db()
        self._tell(run)
        if run.ended_at is None:
            raise CommandError("Not all of it is done yet. The workers go on with it.")
        if run.action == RunAction.FLATTEN and run.flat_at is None:
            raise CommandError("Not everything is flat.")

    def _tell(self, run: TradingRun) -> None:
        self.stdout.write(str(run))
        for step in steps_of(run):
            self.stdout.write(f"  {'done' if step.is_done else '...':<5} {step.text}")
        for note in run.notes.splitlines():
            self.stdout.write(f"  note  {note}")


def _action(options: dict[str, Any]) -> RunAction:
    if options["flatten"]:
        return RunAction.FLATTEN
    return RunAction.CANCEL if options["cancel"] else RunAction.NONE


def _target(options: dict[str, Any]) -> Target:
    if name := options["user"]:
        return Target(Scope.USER, _known(User.objects.filter(username=name), f"user {name}"))
    if name := options["account"]:
        return Target(Scope.ACCOUNT, _account_id(name))
    if name := options["strategy"]:
        rows = Strategy.objects.filter(group_name=name)
        return Target(Scope.STRATEGY, _known(rows, f"strategy {name}"))
    return Target(Scope.EVERYTHING)


def _account_id(name: str) -> int:
    rows = Account.objects.filter(name=name)
    if not rows.exists() and "/" in name:
        owner, _, own_name = name.partition("/")
        rows = Account.objects.filter(owner__username=owner, name=own_name)
    if rows.count() > 1:
        raise CommandError(f"Several accounts are named {name}; write OWNER/{name}.")
    return _known(rows, f"account {name}")


def _known(rows: Any, words: str) -> int:
    row_id: int | None = rows.values_list("pk", flat=True).first()
    if row_id is None:
        raise CommandError(f"There is no {words}.")
    return row_id


def _person(name: str | None) -> User:
    people = User.objects.filter(is_active=True).order_by("pk")
    person = people.filter(username=name) if name else people.filter(is_superuser=True)
    found = person.first()
    if found is None:
        raise CommandError(f"There is no active {f'user {name}' if name else 'superuser'}.")
    return found
