"""Whose order a push is about, and what is left to be asked after it was booked."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.exchange.types import OrderType, Push
from accounts.exchange.venues import access_to, has_separate_stops
from orders.followup import look_up_job
from orders.models import UNRESOLVED, Order
from orders.outcomes import Answered
from orders.planning import login_of
from orders.recording import record
from orders.transitions import CLOSED
from orders.work import LookUpJob


def book(pushes: Sequence[Push]) -> list[int | None]:
    """Record what was pushed about our orders, in one transaction; pass over what is not ours.

    For each push the id of the order that is to be looked up now, if any: one with fills told but
    not pushed, or a stop, which goes on as another order of the venue when it triggers.
    """
    orders = _candidates(pushes)
    found = [_find(push, orders) for push in pushes]
    outcomes = [
        Answered(order.pk, push.report)
        for push, order in zip(pushes, found, strict=True)
        if order is not None and not _is_apart(order)
    ]
    if outcomes:
        record(outcomes)
    wanting = set(_wanting([order.pk for order in found if order]).values_list("id", flat=True))
    return [
        order.pk if order is not None and (order.pk in wanting or _is_apart(order)) else None
        for order in found
    ]


def needed_look_up(order_id: int, *, now: datetime) -> LookUpJob | None:
    """The job that looks the order up; None when that has become needless meanwhile."""
    order = Order.objects.select_related("account", "subscription__strategy").get(id=order_id)
    is_open_stop = _is_apart(order) and order.status not in CLOSED
    if not (is_open_stop or _wanting([order_id]).exists()):
        return None
    return look_up_job(order, login_of(order.account, order.subscription.strategy), now=now)


def _candidates(pushes: Sequence[Push]) -> list[Order]:
    names = {push.client_order_id for push in pushes} - {""}
    numbers = {push.report.venue_order_id for push in pushes if not push.client_order_id}
    orders = Order.objects.filter(account_id__in={push.account_id for push in pushes})
    return list(
        orders.filter(Q(client_order_id__in=names) | Q(venue_order_id__in=numbers)).select_related(
            "account", "subscription__strategy"
        )
    )


def _find(push: Push, orders: Sequence[Order]) -> Order | None:
    return next((order for order in orders if _is_meant(push, order)), None)


def _is_meant(push: Push, order: Order) -> bool:
    if (order.account_id, order.symbol) != (push.account_id, push.symbol):
        return False
    if push.client_order_id:
        return order.client_order_id == push.client_order_id
    # Stops that live apart are numbered apart: their number may be another order's too.
    return order.venue_order_id == push.report.venue_order_id and not _is_apart(order)


def _is_apart(order: Order) -> bool:
    """Whether the order is a stop that lives under an id of its own until it triggers."""
    access = access_to(login_of(order.account, order.subscription.strategy).market)
    return has_separate_stops(access, OrderType(order.order_type))


def _wanting(order_ids: Sequence[int]) -> QuerySet[Order]:
    return Order.objects.filter(UNRESOLVED, id__in=order_ids)
