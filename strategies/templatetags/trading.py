"""What the pages of accounts and strategies, and the front page, say of their trading states."""

from typing import Any

from django import template
from django.contrib.auth.models import User

from accounts.models import Account
from strategies.models import Strategy
from strategies.restraints import Restraints, read_restraints
from strategies.switching import Target, may_switch
from strategies.trading_states import Restraint, Scope

register = template.Library()


@register.simple_tag
def restraints_of(row: Account | Strategy) -> list[Restraint]:
    """What keeps the account or strategy from trading freely, the strictest first."""
    found = read_restraints()
    keys = [(Scope.EVERYTHING, 0), (Scope.USER, row.owner_id), (Scope.ACCOUNT, row.pk)]
    if isinstance(row, Strategy):
        keys = [(Scope.EVERYTHING, 0), (Scope.STRATEGY, row.pk)]
    return _at(found, keys)


@register.simple_tag(takes_context=True)
def switchable(context: dict[str, Any], row: Account | Strategy) -> str:
    """The row's switch as the page that switches names it; empty for whoever may not."""
    scope = Scope.STRATEGY if isinstance(row, Strategy) else Scope.ACCOUNT
    user: User = context["request"].user
    may = user.has_perm("strategies.change_tradingswitch")
    target = Target(scope, row.pk)
    return target.word if may and may_switch(user, target) else ""


def _at(found: Restraints, keys: list[tuple[Scope, int]]) -> list[Restraint]:
    there = [found.by_key[key] for key in keys if key in found.by_key]
    return sorted(there, key=lambda each: -each.state.strictness)
