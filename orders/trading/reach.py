"""Whose orders and positions a run means, and how far its person's word goes with them."""

from django.db.models import Q, QuerySet

from strategies.models import Subscription, TradingRun
from strategies.trading_states import Scope


def subscriptions_in_scope(run: TradingRun) -> QuerySet[Subscription]:
    """The subscriptions whose orders obey the run's switch, and are canceled with it."""
    return Subscription.objects.filter(_in_scope(run))


def closable_subscriptions(run: TradingRun) -> QuerySet[Subscription]:
    """Those of them whose positions the person may close.

    The own accounts', switched off or not, and a superuser's all. Of others' accounts, which are a
    strategy's subscribers, those that a close in an alert of the strategy's owner reaches.
    """
    rows = subscriptions_in_scope(run)
    if run.person.is_superuser:
        return rows
    reached = Q(is_active=True, account__is_active=True, strategy__is_public=True)
    return rows.filter(Q(account__owner=run.person_id) | reached)


def _in_scope(run: TradingRun) -> Q:
    switch = run.switch
    match Scope(switch.scope):
        case Scope.EVERYTHING:
            return Q()
        case Scope.USER:
            return Q(account__owner=switch.user_id)
        case Scope.ACCOUNT:
            return Q(account=switch.account_id)
        case Scope.STRATEGY:
            return Q(strategy=switch.strategy_id)
