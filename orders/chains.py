"""A chain: the order that an intent asked for, and those that replaced one another since.

Together they may fill what the first one asked for, no more.
At most one order of a chain is unfinished. Replacing locks the subscription first; whoever holds
that lock sees every replacement there will be.
"""

from collections.abc import Iterable
from decimal import Decimal

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet

from orders.models import Order
from orders.transitions import CLOSED
from tradeplatform.lib.decimals import ZERO


def whole_chain() -> QuerySet[Order]:
    """For subqueries: every order of the outer order's chain."""
    return Order.objects.filter(
        signal=OuterRef("signal"),
        intent_index=OuterRef("intent_index"),
        subscription=OuterRef("subscription"),
    ).order_by()


def in_chains_of(order_ids: Iterable[int]) -> QuerySet[Order]:
    """Every order of the chains that these orders belong to."""
    return Order.objects.filter(Exists(whole_chain().filter(id__in=list(order_ids))))


def with_chain_ids(orders: QuerySet[Order]) -> QuerySet[Order]:
    """With what `chain_ids_of` reads: one query, whatever the number of orders."""
    return orders.annotate(
        client_order_ids=ArraySubquery(whole_chain().values("client_order_id")),
        venue_order_ids=ArraySubquery(whole_chain().values("venue_order_id")),
    )


def chain_ids_of(order: Order) -> frozenset[str]:
    """All ids by which a sender may know the order: its own and those of what it replaced.

    The order comes from `with_chain_ids`.
    """
    ours: list[str] = getattr(order, "client_order_ids")  # noqa: B009  an annotation
    venues: list[str] = getattr(order, "venue_order_ids")  # noqa: B009  an annotation
    return frozenset({*ours, *venues} - {""})


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
    # What the venue says is filled counts before its executions can be read.
    filled = max(order.filled_quantity, order.venue_filled_quantity)
    return filled if order.status in CLOSED else max(filled, order.quantity or ZERO)
