"""What a switch would concern today, for the person who is asked back."""

from dataclasses import dataclass

from django.contrib.auth.models import User

from accounts.exchange.types import Environment
from accounts.models import Account
from orders.cancellation import cancelable_orders
from orders.trading.reach import closable_subscriptions, subscriptions_in_scope
from strategies.models import Position, TradingRun, TradingSwitch
from strategies.switching import Target


@dataclass(frozen=True, slots=True)
class Concerned:
    """Open orders that would be canceled, positions that would be closed, and where."""

    orders: int
    positions: int
    accounts: int
    live_accounts: int


def concerned(target: Target, *, person: User) -> Concerned:
    """Counts only; nothing is written."""
    run = TradingRun(switch=TradingSwitch(**target.columns), person=person)
    ids = list(subscriptions_in_scope(run).values_list("id", flat=True))
    held = Position.objects.filter(subscription__in=closable_subscriptions(run))
    accounts = Account.objects.filter(subscriptions__in=ids).distinct()
    return Concerned(
        orders=cancelable_orders(ids).count(),
        positions=held.exclude(quantity=0).count(),
        accounts=accounts.count(),
        live_accounts=accounts.filter(environment=Environment.LIVE).count(),
    )
