"""An order and what replaced it: together they may fill what the first one asked for, no more."""

from decimal import Decimal

from django.db.models import QuerySet

from orders.models import Order
from orders.transitions import CLOSED
from tradeplatform.lib.decimals import ZERO


def chain_of(order: Order) -> QuerySet[Order]:
    """The order its intent asked for and every replacement of it, the first one first."""
    rows = Order.objects.filter(
        signal=order.signal_id,
        intent_index=order.intent_index,
        subscription=order.subscription_id,
    )
    return rows.order_by("attempt")


def unfilled(order: Order) -> Decimal:
    """What the order's chain leaves of what was asked for, when what is open in it fills.

    Negative when that is more than was asked for. The order itself counts as it is in memory.
    """
    chain = [order if other.pk == order.pk else other for other in chain_of(order)]
    asked_for = chain[0].quantity or ZERO
    return asked_for - sum((_may_fill(other) for other in chain), ZERO)


def _may_fill(order: Order) -> Decimal:
    filled = order.filled_quantity
    return filled if order.status in CLOSED else max(filled, order.quantity or ZERO)
