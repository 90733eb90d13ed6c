"""Cancel the own orders in a run's scope, and go on until every one of them has ended."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from orders.cancellation import cancelable_orders, request_cancels
from orders.models import UNRESOLVED, Order
from orders.trading.reach import subscriptions_in_scope
from orders.transitions import OPEN, OrderStatus
from strategies.models import TradingRun


def cancel_known(run: TradingRun, *, now: datetime) -> int:
    """Ask for the cancel of what rests, waits or is on its way; returns for how many.

    Before all decisions obey, whatever there is; later only what was decided before. So closes
    that REDUCING lets through, and the flatten's own, are left alone.
    """
    orders = _older(run, cancelable_orders(_subscription_ids(run)))
    ids = list(orders.values_list("id", flat=True))
    if not ids:
        return 0
    reason = f"canceled by {run.person.get_username()}: {run}"
    return len(request_cancels(order_ids=ids, reason=reason, now=now))


def count_unfinished(run: TradingRun) -> int:
    """How many of those orders have no end that we know of."""
    return _without_end(run).count()


def count_in_flight(run: TradingRun) -> int:
    """How many orders in the scope may be on their way to an exchange: committed, not answered."""
    waiting = {"status__in": [OrderStatus.SUBMITTED, OrderStatus.PENDING_CANCEL]}
    return _without_end(run).filter(**waiting, answered_at__isnull=True).count()


def without_end(subscription_ids: Iterable[int]) -> QuerySet[Order]:
    """Their orders that are open, unanswered, or told as filled beyond what is booked.

    A union, so that each half uses its index; an OR would read all orders that ever were.
    """
    own = Order.objects.filter(subscription_id__in=list(subscription_ids)).order_by()
    ids = own.filter(status__in=sorted(OPEN)).values("id")
    return Order.objects.filter(id__in=ids.union(own.filter(UNRESOLVED).values("id")))


def _without_end(run: TradingRun) -> QuerySet[Order]:
    return _older(run, without_end(_subscription_ids(run)))


def _older(run: TradingRun, orders: QuerySet[Order]) -> QuerySet[Order]:
    others = orders.exclude(signal__flatten_run=run)
    return others if run.blocked_at is None else others.filter(created_at__lte=run.blocked_at)


def _subscription_ids(run: TradingRun) -> list[int]:
    return list(subscriptions_in_scope(run).values_list("id", flat=True))
