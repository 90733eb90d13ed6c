"""After a commit, have the rest of what a rule had canceled ordered anew without waiting for the
beat. Whoever learns of the end nudges: the worker that canceled, the stream process, a poll."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F

from accounts.exchange.types import OrderType
from accounts.shards import shard_of
from orders.models import Expiry, Order
from orders.nudges import nudge_replace
from orders.transitions import CLOSED
from tradeplatform.lib.compiled_queries import AnyOf, CompiledQuery, Parameter

_BEGUN = CompiledQuery(
    lambda: (
        Expiry.objects.filter(AnyOf(F("order_id"), Parameter("orders")), settled_at__isnull=True)
        .order_by()
        .values_list("order_id", flat=True)
    )
)


def nudge_replacing_after_commit(orders: Iterable[Order]) -> None:
    """Once the transaction commits, nudge the workers of those orders that have ended after a rule
    acted on them. One query, and none where no order ended that a rule may mean."""
    ended = {
        order.pk: order.account_id
        for order in orders
        if order.status in CLOSED and order.order_type != OrderType.MARKET
    }
    if not ended:
        return
    for shard in {shard_of(ended[order_id]) for order_id in _BEGUN.all(orders=list(ended))}:
        _nudge_after_commit(shard)


def _nudge_after_commit(shard: int) -> None:
    transaction.on_commit(lambda: nudge_replace(shard=shard), robust=True)
