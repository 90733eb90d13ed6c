"""News of orders: fills, refusals, expiry rules, unknown outcomes, orders that need a person.

They concern the owner of the account; the strategy's owner has no business with it.
"""

from collections.abc import Collection
from typing import Any

from django.db.models import F, Q, QuerySet

from orders.complaints import Complaint, complaint_in
from orders.models import Expiry, Fill, Order, OrderEvent, StrayOrder
from orders.trading.judging import TOO_LITTLE
from orders.transitions import OrderStatus
from tradeplatform.lib.decimals import plain
from tradeplatform.notifications.events import News

_ALARMS = {
    Complaint.OUTCOME_UNKNOWN: "Outcome unknown",
    Complaint.NEEDS_ATTENTION: "Needs you",
}
_REFUSED = {
    OrderStatus.DENIED: "Not sent",
    OrderStatus.REJECTED: "Refused by the exchange",
}
_OF_ORDER = ("order__account", "order__subscription__strategy")


def fills(owner_ids: Collection[int]) -> QuerySet[Fill]:
    """Executions."""
    return _of_owners(Fill.objects.all(), owner_ids)


def of_fill(fill: Fill) -> News:
    """`Bought 0.1 BTC/USDT at 89999.5, 0.1 of 0.5 filled · A1 · test1`."""
    order = fill.order
    verb = "Bought" if fill.side == "BUY" else "Sold"
    progress = f"{plain(order.filled_quantity)} of {plain(order.quantity or fill.quantity)} filled"
    done = f"{verb} {plain(fill.quantity)} {fill.symbol} at {plain(fill.price)}, {progress}"
    return _news(fill, order, at=fill.booked_at, text=f"{done} · {_place(order)}")


def refusals(owner_ids: Collection[int]) -> QuerySet[OrderEvent]:
    """Orders that we or the venue refused; not a flatten's closes of what is too little to close,
    of which the run tells.
    """
    refused = Q(to_status__in=list(_REFUSED)) & ~Q(from_status=F("to_status"))
    dust = Q(order__signal__flatten_run__isnull=False, order__error_code__in=TOO_LITTLE)
    return _of_owners(OrderEvent.objects.filter(refused & ~dust), owner_ids)


def of_refusal(event: OrderEvent) -> News:
    """`Not sent: buy 0.5 BTC/USDT at 90000 · A1 · test1. BELOW_MINIMUM: 0.5 BTC is …`."""
    what = _REFUSED[OrderStatus(event.to_status)]
    text = f"{what}: {_described(event.order)}. {event.reason}"
    return _news(event, event.order, at=event.at, text=text)


def expiries(owner_ids: Collection[int]) -> QuerySet[Expiry]:
    """What expiry rules did."""
    return _of_owners(Expiry.objects.all(), owner_ids)


def of_expiry(expiry: Expiry) -> News:
    """`Expiry rule, CANCEL: buy 0.5 BTC/USDT at 90000 · A1 · test1. 1. LIMIT buys …`."""
    text = f"Expiry rule, {expiry.action}: {_described(expiry.order)}. {expiry.rule_text}"
    return _news(expiry, expiry.order, at=expiry.started_at, text=text.rstrip(" ."))


def alarms(owner_ids: Collection[int]) -> QuerySet[OrderEvent]:
    """Steps that say that an outcome is unknown or that a person is needed."""
    beginnings = Q()
    for complaint in _ALARMS:
        beginnings |= Q(reason__startswith=complaint.value)
    return _of_owners(OrderEvent.objects.filter(beginnings), owner_ids)


def of_alarm(event: OrderEvent) -> News:
    """`Outcome unknown: buy 0.5 BTC/USDT at 90000 · A1 · test1. no answer was recorded`."""
    complaint = complaint_in(event.reason) or Complaint.NEEDS_ATTENTION
    why = event.reason.removeprefix(complaint.value)
    text = f"{_ALARMS[complaint]}: {_described(event.order)}. {why}"
    return _news(event, event.order, at=event.at, text=text)


def strays(owner_ids: Collection[int]) -> QuerySet[StrayOrder]:
    """Orders at venues that bear our id and that nobody here knows."""
    return StrayOrder.objects.filter(account__owner__in=owner_ids).select_related("account")


def of_stray(stray: StrayOrder) -> News:
    """`Needs you: buy 0.5 BTC/USDT is at the exchange with our id, unknown here · A1`."""
    order = f"{stray.side.lower()} {plain(stray.quantity)} {stray.symbol}"
    return News(
        key=str(stray.pk),
        owner_id=stray.account.owner_id,
        at=stray.found_at,
        text=f"Needs you: {order} is at the exchange with our id, unknown here · {stray.account}",
    )


def _of_owners(rows: QuerySet[Any], owner_ids: Collection[int]) -> QuerySet[Any]:
    return rows.filter(order__account__owner__in=owner_ids).select_related(*_OF_ORDER)


def _news(row: Any, order: Order, *, at: Any, text: str) -> News:
    return News(key=str(row.pk), owner_id=order.account.owner_id, at=at, text=text)


def _described(order: Order) -> str:
    quantity = "" if order.quantity is None else f" {plain(order.quantity)}"
    price = order.limit_price or order.trigger_price
    at = "the market" if price is None else plain(price)
    return f"{order.side.lower()}{quantity} {order.symbol} at {at} · {_place(order)}"


def _place(order: Order) -> str:
    return f"{order.account} · {order.subscription.strategy}"
