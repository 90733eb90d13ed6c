"""The orders one may see, newest first, a page at a time: `GET /api/orders`.

Pages follow the id, so that orders which arrive meanwhile neither repeat nor hide others.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from django.db.models import Q, Sum

from orders.cancellation import cancel_reason_of, with_cancel_reason
from orders.models import Fill, Order, OrderEvent
from orders.transitions import OPEN, OrderStatus
from strategies.models import Strategy
from strategies.visibility import visible_strategies, visible_subscription_ids
from tradeplatform.lib.decimals import plain
from webhooks.answers import Body
from webhooks.parameters import refuse_unknown
from webhooks.refusals import Reason, Refused

MOST_ROWS = 200
_USUAL_ROWS = 50
_LONGEST_NUMBER = 18  # digits of the largest id


def order_page(parameters: Mapping[str, str], *, user_id: int) -> Body:
    """A page of orders and, if there are more, `next_before` to ask for them with `before`.

    Raises Refused with PARAMETER_UNKNOWN or PARAMETER_INVALID.
    """
    refuse_unknown(parameters, known=_EXPECTED)
    _check_strategies(parameters, user_id)
    limit = _limit(parameters)
    rows = list(
        with_cancel_reason(Order.objects.all())
        .filter(_condition(parameters), subscription__in=visible_subscription_ids(user_id))
        .select_related("account", "parent", "subscription__strategy")
        .order_by("-id")[: limit + 1]
    )
    page = rows[:limit]
    return {
        "orders": _order_bodies(page),
        "next_before": page[-1].pk if len(rows) > limit else None,
    }


def _condition(parameters: Mapping[str, str]) -> Q:
    condition = Q()
    for name, to_condition in _FILTERS.items():
        value = parameters.get(name)
        if value is None:
            continue
        try:
            condition &= to_condition(value)
        except ValueError:
            raise _invalid(name) from None
    return condition


def _check_strategies(parameters: Mapping[str, str], user_id: int) -> None:
    """An empty page would hide that a name is misspelt."""
    for name in _STRATEGY_NAMES:
        if name in parameters and not _is_visible(parameters[name], user_id):
            raise _invalid(name)


def _is_visible(group_name: str, user_id: int) -> bool:
    named = Strategy.objects.filter(visible_strategies(user_id), group_name=group_name)
    return "\x00" not in group_name and named.exists()


def _invalid(name: str) -> Refused:
    return Refused(Reason.PARAMETER_INVALID, field=name, detail=_EXPECTED[name])


def _limit(parameters: Mapping[str, str]) -> int:
    text = parameters.get("limit", str(_USUAL_ROWS))
    try:
        limit = _number(text)
    except ValueError:
        limit = 0
    if not 1 <= limit <= MOST_ROWS:
        raise _invalid("limit")
    return limit


def _number(text: str) -> int:
    if len(text) > _LONGEST_NUMBER or not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text)


def _text(text: str) -> str:
    if "\x00" in text:  # PostgreSQL takes none
        raise ValueError(text)
    return text


def _open(text: str) -> Q:
    is_open = {"true": Q(status__in=OPEN), "false": ~Q(status__in=OPEN)}
    if text not in is_open:
        raise ValueError(text)
    return is_open[text]


# Rows call it strategy, alerts call it group_name.
_STRATEGY_NAMES = ("strategy", "group_name")
_FILTERS: Mapping[str, Callable[[str], Q]] = {
    **dict.fromkeys(_STRATEGY_NAMES, lambda name: Q(subscription__strategy__group_name=name)),
    "account": lambda text: Q(account__name=_text(text)),
    "symbol": lambda text: Q(symbol=_text(text).upper()),
    "status": lambda text: Q(status=OrderStatus(text.upper())),
    "open": _open,
    "before": lambda text: Q(id__lt=_number(text)),
}
_TEXT = "a text without NUL characters"
_EXPECTED: Mapping[str, str] = {
    **dict.fromkeys(
        _STRATEGY_NAMES,
        "the group_name of a strategy of yours, or of one that an account of yours is subscribed "
        "to; upper and lower case count",
    ),
    "account": _TEXT,
    "symbol": _TEXT,
    "status": f"one of {', '.join(OrderStatus)}",
    "open": "true or false",
    "before": "a whole number",
    "limit": f"a whole number from 1 to {MOST_ROWS}",
}


def _order_bodies(orders: Sequence[Order]) -> list[Body]:
    fees = _fees(orders)
    events = OrderEvent.objects.filter(order__in=orders).order_by("order", "-id").distinct("order")
    reasons = dict(events.values_list("order", "reason"))
    return [
        _order_body(order)
        | {
            "fees": fees.get(order.pk, {}),
            "last_event": _last_event(reasons.get(order.pk, ""), cancel_reason_of(order)),
        }
        for order in orders
    ]


def _last_event(reason: str, cancel_reason: str) -> str:
    return reason if cancel_reason in ("", reason) else f"{reason}; {cancel_reason}"


def _fees(orders: Sequence[Order]) -> dict[int, dict[str, str]]:
    """By order, {currency: amount as text}."""
    fees: dict[int, dict[str, str]] = {}
    told = Fill.objects.filter(order__in=orders).exclude(fee_currency="").order_by()
    for order, currency, total in told.values_list("order", "fee_currency").annotate(
        total=Sum("fee_quantity")
    ):
        fees.setdefault(order, {})[currency] = plain(total)
    return fees


def _order_body(order: Order) -> Body:
    return {
        "id": order.pk,
        "signal_id": str(order.signal_id),
        "strategy": order.subscription.strategy.group_name,
        "account_name": order.account.name,
        "symbol": order.symbol,
        "side": order.side,
        "order_type": order.order_type,
        "is_close": order.is_close,
        "quantity": _amount(order.quantity),
        "price": _amount(order.limit_price),
        "stop_price": _amount(order.trigger_price),
        "order_status": order.status,
        "filled_quantity": _amount(order.filled_quantity),
        "average_price": _amount(order.average_price),
        "order_id": order.venue_order_id,
        "client_order_id": order.client_order_id,
        "replaces": order.parent.client_order_id if order.parent else None,
        "error_code": order.error_code,
        "error": order.error_message,
        "created_at": order.created_at.isoformat(),
        "updated_at": order.updated_at.isoformat(),
    }


def _amount(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)
