"""Whose order a push is about, and what is left to be asked after it was booked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, Q

from accounts.exchange.types import MarketKey, OrderType, Push
from accounts.exchange.venues import access_to, has_separate_stops
from orders.followup import look_up_job
from orders.models import UNRESOLVED, Order
from orders.outcomes import Answered
from orders.planning import login_of
from orders.recording import record
from orders.transitions import CLOSED
from orders.work import LookUpJob
from tradeplatform.lib.compiled_queries import AnyOf, CompiledQuery, Parameter

_NAMED: CompiledQuery[Order, Any] = CompiledQuery(
    lambda: (
        Order.objects.filter(
            Q(AnyOf(F("client_order_id"), Parameter("names")))
            | Q(AnyOf(F("venue_order_id"), Parameter("numbers"))),
            AnyOf(F("account_id"), Parameter("accounts")),
        )
        .order_by()
        .values_list(
            "id",
            "account_id",
            "symbol",
            "client_order_id",
            "venue_order_id",
            "order_type",
            named=True,
        )
    )
)
_WANTING = CompiledQuery(
    lambda: (
        Order.objects.filter(UNRESOLVED, AnyOf(F("id"), Parameter("orders")))
        .order_by()
        .values_list("id", flat=True)
    )
)


def book(pushes: Sequence[Push]) -> list[int | None]:
    """Record what was pushed about our orders, in one transaction; pass over what is not ours.

    For each push the id of the order that is to be looked up now, if any: one with fills told but
    not pushed, or a stop, which goes on as another order of the venue when it triggers.
    """
    found = _find(pushes, _candidates(pushes))
    outcomes = [
        Answered(order.id, push.report)
        for push, order in zip(pushes, found, strict=True)
        if order is not None and not _is_apart(order, push.market)
    ]
    if outcomes:
        record(outcomes)
    wanting = set(_WANTING.all(orders=[order.id for order in found if order]))
    return [
        order.id
        if order is not None and (order.id in wanting or _is_apart(order, push.market))
        else None
        for push, order in zip(pushes, found, strict=True)
    ]


def needed_look_up(order_id: int, *, now: datetime) -> LookUpJob | None:
    """The job that looks the order up; None when that has become needless meanwhile."""
    order = Order.objects.select_related("account", "subscription__strategy").get(id=order_id)
    login = login_of(order.account, order.subscription.strategy)
    is_open_stop = _is_apart(order, login.market) and order.status not in CLOSED
    if not (is_open_stop or _WANTING.all(orders=[order_id])):
        return None
    return look_up_job(order, login, now=now)


def _candidates(pushes: Sequence[Push]) -> Sequence[Any]:
    names = {push.client_order_id for push in pushes} - {""}
    numbers = {push.report.venue_order_id for push in pushes if not push.client_order_id}
    return _NAMED.all(
        accounts=list({push.account_id for push in pushes}),
        names=list(names),
        numbers=list(numbers),
    )


def _find(pushes: Sequence[Push], orders: Sequence[Any]) -> list[Any | None]:
    """The order that each push means, by our id, or by the venue's where it names no other."""
    markets = {(push.account_id, push.symbol): push.market for push in pushes}
    orders = [each for each in orders if (each.account_id, each.symbol) in markets]
    by_name = {(each.account_id, each.symbol, each.client_order_id): each for each in orders}
    # Stops that live apart are numbered apart: their number may be another order's too.
    by_number = {
        (each.account_id, each.symbol, each.venue_order_id): each
        for each in orders
        if not _is_apart(each, markets[each.account_id, each.symbol])
    }
    return [
        by_name.get((push.account_id, push.symbol, push.client_order_id))
        if push.client_order_id
        else by_number.get((push.account_id, push.symbol, push.report.venue_order_id))
        for push in pushes
    ]


def _is_apart(order: Any, market: MarketKey) -> bool:
    """Whether the order is a stop that lives under an id of its own until it triggers."""
    return has_separate_stops(access_to(market), OrderType(order.order_type))
