"""Whose request it is, and which strategy it may act on.

Every failure to prove who one is looks the same, and so does every strategy that one may not use:
nobody learns which tokens or strategies exist.
"""

from django.contrib.auth.models import AbstractBaseUser

from strategies.models import Strategy, Subscription
from tradeplatform.lib.compiled_queries import CompiledQuery, Parameter
from webhooks.fields import Fields
from webhooks.refusals import Reason, Refused
from webhooks.strict_json import JsonObject
from webhooks.tokens import user_of

_LONGEST_GROUP_NAME = 60

_ACTIVE = CompiledQuery(
    lambda: Strategy.objects.filter(group_name=Parameter("group_name"), is_active=True)
)


def sender_of(document: JsonObject, *, path_token: str, bearer_token: str) -> AbstractBaseUser:
    """The user whose token the alert bears: in the path, else in the header, else in the body."""
    return authenticated(path_token or bearer_token or document.get("token"))


def authenticated(token: object) -> AbstractBaseUser:
    """The user of the token; raises Refused with TOKEN_INVALID for anything else."""
    user = user_of(token.strip()) if isinstance(token, str) else None
    if user is None:
        raise Refused(Reason.TOKEN_INVALID, is_guess=bool(token))
    return user


def strategy_for(document: JsonObject, *, sender: AbstractBaseUser) -> Strategy:
    """The active strategy the alert names, if it is the sender's own or a public one to which the
    sender has subscribed an account. Raises Refused with STRATEGY_NOT_FOUND or, where only upper
    and lower case differ, STRATEGY_MISSPELT.

    On a subscriber's alert only the subscriber's own accounts act: orders.planning sees to that.
    """
    group_name = Fields(document).text("group_name", longest=_LONGEST_GROUP_NAME)
    strategy = _ACTIVE.first(group_name=group_name)
    if strategy is None or not _may_use(sender, strategy):
        raise _not_found(group_name, sender)
    return strategy


def _not_found(group_name: str, sender: AbstractBaseUser) -> Refused:
    for similar in Strategy.objects.filter(group_name__iexact=group_name, is_active=True):
        if _may_use(sender, similar):
            return Refused(Reason.STRATEGY_MISSPELT, field="group_name", value=similar.group_name)
    return Refused(Reason.STRATEGY_NOT_FOUND, field="group_name")


def _may_use(sender: AbstractBaseUser, strategy: Strategy) -> bool:
    if strategy.owner_id == sender.pk:
        return True
    own = Subscription.objects.filter(strategy=strategy, account__owner_id=sender.pk)
    return strategy.is_public and own.exists()
