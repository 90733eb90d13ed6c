"""What is left after the first send: cancels without an end, outcomes and fills to look up."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import (
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Subquery,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Greatest, Least

from accounts.exchange.findings import Scope
from accounts.exchange.types import Login
from accounts.models import Account
from accounts.shards import in_shard
from orders import absence
from orders.models import UNRESOLVED, Order, OrderEvent
from orders.planning import login_of
from orders.transitions import OrderStatus
from orders.work import CancelJob, Job, LookUpJob, reference_of

# A cancel without an end is sent again after as long as it has been without one, within these
# bounds; repeating a cancel does no harm.
_SHORTEST_PAUSE = timedelta(seconds=10)
_LONGEST_PAUSE = timedelta(minutes=5)
# A beat's share; the rest has its turn with the next beat.
_AT_MOST = 500


def due_cancels(shard: int, *, now: datetime) -> tuple[Job, ...]:
    """The shard's pending cancels that were never sent, or long ago and without an end.

    Stamps them as sent, so that two workers or two beats do not both send them at once.
    """
    with transaction.atomic():
        due = list(
            in_shard(Order.objects.select_related("account", "subscription__strategy"), shard)
            .select_for_update(of=("self",), no_key=True, skip_locked=True)
            # One whose outcome is unknown is looked up first; found, it is due.
            .filter(status=OrderStatus.PENDING_CANCEL, outcome_unknown_since__isnull=True)
            .alias(waited=_since_the_last(now), pause=_pause())
            .filter(Q(cancel_sent_at__isnull=True) | Q(waited__gt=F("pause")))
            .order_by("id")[:_AT_MOST]
        )
        Order.objects.filter(id__in=[order.pk for order in due]).update(cancel_sent_at=now)
    return tuple(map(_cancel_job, due))


def hasten_cancels(scopes: Iterable[Scope]) -> None:
    """Cancels that a breaker held up are due now that it has closed."""
    for scope in scopes:
        account: dict[str, Any] = {"account": scope.account_id}
        if scope.account_id is None:
            of_venue = {"venue": scope.market.venue, "environment": scope.market.environment.value}
            account = {"account__in": Account.objects.filter(**of_venue)}
        held_up = Order.objects.filter(
            status=OrderStatus.PENDING_CANCEL,
            subscription__strategy__market_type=scope.market.market_type.value,
            **account,
        )
        with transaction.atomic():
            locked = held_up.select_for_update(of=("self",), no_key=True).order_by("id")
            ids = list(locked.values_list("id", flat=True))
            Order.objects.filter(id__in=ids).update(cancel_sent_at=None)


def work_to_end(order_ids: Sequence[int], *, now: datetime) -> tuple[Job, ...]:
    """What brings these orders, whose cancel was asked for, to an end that we know of.

    A cancel that is due is sent and stamped, as `due_cancels` does; what has an unknown outcome,
    unread fills or a cancel just sent is looked up.
    """
    pending = Q(status=OrderStatus.PENDING_CANCEL)
    orders = list(
        Order.objects.select_related("account", "subscription__strategy")
        .filter(pending | UNRESOLVED, id__in=order_ids)
        .order_by("id")
    )
    due = {order.pk for order in orders if _is_cancel_due(order, now)}
    Order.objects.filter(id__in=due).update(cancel_sent_at=now)
    return tuple(
        _cancel_job(order) if order.pk in due else _look_up_job(order, now=now) for order in orders
    )


def _is_cancel_due(order: Order, now: datetime) -> bool:
    if order.status != OrderStatus.PENDING_CANCEL or order.outcome_unknown_since is not None:
        return False
    return order.cancel_sent_at is None or order.cancel_sent_at < now - _SHORTEST_PAUSE


def _since_the_last(now: datetime) -> Combinable:
    waited = Value(now, output_field=DateTimeField()) - F("cancel_sent_at")
    return ExpressionWrapper(waited, output_field=DurationField())


def _pause() -> Combinable:
    """From the wish to the last try, which doubles the pauses; the wish is in the history."""
    wishes = OrderEvent.objects.filter(
        order=OuterRef("pk"), to_status=OrderStatus.PENDING_CANCEL
    ).order_by("id")
    tried_for = ExpressionWrapper(
        F("cancel_sent_at") - Subquery(wishes.values("at")[:1]), output_field=DurationField()
    )
    return Least(Greatest(tried_for, Value(_SHORTEST_PAUSE)), Value(_LONGEST_PAUSE))


def unresolved(shard: int, *, now: datetime) -> tuple[Job, ...]:
    """The shard's orders whose outcome is unknown, or with fills told but not read.

    Those that were not found wait a while before they are looked for again.
    """
    orders = (
        in_shard(Order.objects.select_related("account", "subscription__strategy"), shard)
        .filter(UNRESOLVED, absence.due(now=now))
        .order_by("id")[:_AT_MOST]
    )
    return tuple(_look_up_job(order, now=now) for order in orders)


def _cancel_job(order: Order) -> Job:
    login = login_of(order.account, order.subscription.strategy)
    return CancelJob(order_id=order.pk, login=login, reference=reference_of(order))


def _look_up_job(order: Order, *, now: datetime) -> Job:
    return look_up_job(order, login_of(order.account, order.subscription.strategy), now=now)


def look_up_job(order: Order, login: Login, *, now: datetime) -> LookUpJob:
    """What asks the venue for this order, with what its not being found would mean now."""
    return LookUpJob(
        order_id=order.pk,
        login=login,
        reference=reference_of(order),
        is_decisive=absence.is_decisive(order, now=now),
        proves_absence=absence.proves_absence(order, login.market, now=now),
    )
