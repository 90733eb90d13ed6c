"""Who sees what: the owner of an account or a strategy sees its subscriptions and what they trade.

A subscriber does not see the owner's signals: an alert is its sender's own text.
"""

from django.db.models import Q, QuerySet

from strategies.models import Strategy, Subscription
from strategies.trading_states import Scope


def visible_subscriptions(user_id: int) -> Q:
    """A condition on subscriptions: of the user's accounts or of the user's strategies."""
    return Q(account__owner_id=user_id) | Q(strategy__owner_id=user_id)


def visible_subscription_ids(user_id: int) -> list[int]:
    """Their ids as plain numbers: with them the database uses the indexes of orders and fills."""
    rows = Subscription.objects.filter(visible_subscriptions(user_id))
    return list(rows.values_list("pk", flat=True))


def visible_strategies(user_id: int) -> Q:
    """A condition on strategies: the user's, or with a subscription of an account of the user's."""
    subscribed = Subscription.objects.filter(account__owner_id=user_id)
    return Q(owner_id=user_id) | Q(pk__in=subscribed.values("strategy_id"))


def visible_signals(user_id: int) -> Q:
    """A condition on signals: of the user's strategies, or sent with the user's token."""
    own_strategies = list(Strategy.objects.filter(owner_id=user_id).values_list("pk", flat=True))
    return Q(strategy_id__in=own_strategies) | Q(sender_id=user_id)


def visible_switches(user_id: int) -> Q:
    """A condition on trading switches: everything's, and what the user owns or trades with."""
    strategies = Strategy.objects.filter(visible_strategies(user_id))
    return (
        Q(scope=Scope.EVERYTHING)
        | Q(user_id=user_id)
        | Q(account__owner_id=user_id)
        | Q(strategy__in=strategies.values("pk"))
    )


def visible_runs(user_id: int) -> Q:
    """A condition on trading runs: the own, and of switches of what the user owns.

    Not of everything: what was left to close there is other people's.
    """
    return (
        Q(person_id=user_id)
        | Q(switch__user_id=user_id)
        | Q(switch__account__owner_id=user_id)
        | Q(switch__strategy__owner_id=user_id)
    )


def strategies_open_to(user_id: int) -> QuerySet[Strategy]:
    """The strategies to which the user may subscribe an account: the own and the public ones."""
    return Strategy.objects.filter(Q(owner_id=user_id) | Q(is_public=True))
