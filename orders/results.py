"""What became of a signal: one row per account and order, for the webhook's answer and the API."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from orders.models import Dispatch, Order
from orders.transitions import OrderStatus

_State = tuple[str, str, str]  # success, failed or pending; error code; sentence

_OUTCOME_UNKNOWN = (
    "The exchange did not answer. The order may exist: it is looked up and never sent again."
)
_NOT_CONFIRMED = (
    "The exchange has not confirmed the cancel. It is repeated until the order's end is known."
)


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One order of one account. `state` is success, failed or pending."""

    account_id: int
    account_name: str
    symbol: str
    side: str
    is_close: bool
    state: str
    order_status: str
    venue_order_id: str
    client_order_id: str
    error_code: str
    error_message: str


def is_settled(signal_id: UUID) -> bool:
    """Whether every account is through with the signal, an unknown outcome included."""
    return not Dispatch.objects.filter(signal_id=signal_id, settled_at__isnull=True).exists()


def result_rows(signal_id: UUID) -> list[ResultRow]:
    """The orders a signal placed, in the order of execution, and those it asked to cancel."""
    settled = is_settled(signal_id)
    orders = (
        Order.objects.filter(Q(signal_id=signal_id) | Q(cancel_signal_id=signal_id))
        .select_related("account")
        .order_by("intent_index", "account__name", "id")
    )
    return [_row(order, signal_id, settled=settled) for order in orders]


def _row(order: Order, signal_id: UUID, *, settled: bool) -> ResultRow:
    if order.cancel_signal_id == signal_id:
        state, code, message = _cancel_state(order, settled=settled)
    else:
        state, code, message = _order_state(order)
    return ResultRow(
        account_id=order.account_id,
        account_name=order.account.name,
        symbol=order.symbol,
        side=order.side,
        is_close=order.is_close,
        state=state,
        order_status=order.status,
        venue_order_id=order.venue_order_id,
        client_order_id=order.client_order_id,
        error_code=code,
        error_message=message,
    )


def _order_state(order: Order) -> _State:
    if order.status in (OrderStatus.DENIED, OrderStatus.REJECTED):
        return "failed", order.error_code, order.error_message
    if order.outcome_unknown_since is not None:
        return "failed", "OUTCOME_UNKNOWN", _OUTCOME_UNKNOWN
    if order.answered_at is None:
        return "pending", "", ""
    return "success", "", ""


def _cancel_state(order: Order, *, settled: bool) -> _State:
    if order.status == OrderStatus.PENDING_CANCEL:
        return (
            ("failed", "CANCEL_NOT_CONFIRMED", _NOT_CONFIRMED) if settled else ("pending", "", "")
        )
    if order.status == OrderStatus.FILLED:
        return "failed", "ALREADY_FILLED", "The order was filled before the cancel arrived."
    return "success", "", ""
