"""What is left after the first send: cancels without an end, outcomes and fills to look up."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from accounts.shards import in_shard
from orders.models import UNRESOLVED, Order
from orders.planning import login_of
from orders.transitions import OrderStatus
from orders.work import AccountWork, CancelJob, Job, LookUpJob, reference_of

# A cancel without an end is sent again after this long; repeating a cancel does no harm.
_RESEND_AFTER = timedelta(seconds=10)
# A beat's share; the rest has its turn with the next beat.
_AT_MOST = 500


def due_cancels(shard: int, *, now: datetime) -> tuple[AccountWork, ...]:
    """The shard's pending cancels that were never sent, or long ago and without an end.

    Stamps them as sent, so that two workers or two beats do not both send them at once.
    """
    unsent = Q(cancel_sent_at__isnull=True) | Q(cancel_sent_at__lt=now - _RESEND_AFTER)
    with transaction.atomic():
        due = list(
            in_shard(Order.objects.select_related("account", "subscription__strategy"), shard)
            .select_for_update(of=("self",), no_key=True, skip_locked=True)
            # One whose outcome is unknown is looked up first; found, it is due.
            .filter(unsent, status=OrderStatus.PENDING_CANCEL, outcome_unknown_since__isnull=True)
            .order_by("id")[:_AT_MOST]
        )
        Order.objects.filter(id__in=[order.pk for order in due]).update(cancel_sent_at=now)
    return _by_account(due, _cancel_job)


def work_to_end(order_ids: Sequence[int], *, now: datetime) -> tuple[AccountWork, ...]:
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
    return _by_account(
        orders, lambda order: _cancel_job(order) if order.pk in due else _look_up_job(order)
    )


def _is_cancel_due(order: Order, now: datetime) -> bool:
    if order.status != OrderStatus.PENDING_CANCEL or order.outcome_unknown_since is not None:
        return False
    return order.cancel_sent_at is None or order.cancel_sent_at < now - _RESEND_AFTER


def unresolved(shard: int) -> tuple[AccountWork, ...]:
    """The shard's orders whose outcome is unknown, or with fills told but not read."""
    orders = (
        in_shard(Order.objects.select_related("account", "subscription__strategy"), shard)
        .filter(UNRESOLVED)
        .order_by("id")[:_AT_MOST]
    )
    return _by_account(orders, _look_up_job)


def _by_account(orders: Iterable[Order], job_of: Callable[[Order], Job]) -> tuple[AccountWork, ...]:
    jobs: dict[int, list[Job]] = defaultdict(list)
    for order in orders:
        jobs[order.account_id].append(job_of(order))
    return tuple(AccountWork(account, tuple(todo)) for account, todo in jobs.items())


def _cancel_job(order: Order) -> Job:
    login = login_of(order.account, order.subscription.strategy)
    return CancelJob(order_id=order.pk, login=login, reference=reference_of(order))


def _look_up_job(order: Order) -> Job:
    login = login_of(order.account, order.subscription.strategy)
    return LookUpJob(order_id=order.pk, login=login, reference=reference_of(order))
