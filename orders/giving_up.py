"""A dispatch that can be neither executed nor denied is given up, and who missed what is kept.

Kept, because it is told for a long time: what an alert meant does not change when a subscription
is paused or a new one comes.
"""

from datetime import datetime

from accounts.shards import in_shard
from orders.cancellation import cancelable_orders
from orders.models import Dispatch
from orders.planning import sender_subscriptions, trading_subscriptions
from strategies.intents import Action


def give_up(dispatch_id: int, *, now: datetime) -> None:
    """End it without its orders, unless somebody has claimed it meanwhile."""
    dispatch = Dispatch.objects.select_related("signal").get(id=dispatch_id)
    Dispatch.objects.filter(id=dispatch_id, claimed_at__isnull=True).update(
        claimed_at=now,
        settled_at=now,
        given_up_at=now,
        missed=_not_traded(dispatch),
        uncanceled=_not_canceled(dispatch),
    )


def _not_traded(dispatch: Dispatch) -> list[int]:
    """The subscriptions on which it would have traded."""
    meant = trading_subscriptions(dispatch.signal)
    own = in_shard(meant, dispatch.shard, shards=dispatch.shards)
    return list(own.values_list("id", flat=True))


def _not_canceled(dispatch: Dispatch) -> list[int]:
    """Those, paused or not, with orders that its cancels may have meant."""
    if all(plain["action"] == Action.PLACE for plain in dispatch.signal.intents):
        return []
    reached = sender_subscriptions(dispatch.signal)
    own = in_shard(reached, dispatch.shard, shards=dispatch.shards).values_list("id", flat=True)
    orders = cancelable_orders(own).filter(signal__received_at__lte=dispatch.signal.received_at)
    return sorted(set(orders.values_list("subscription_id", flat=True)))
