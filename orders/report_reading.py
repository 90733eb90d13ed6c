"""What a venue's report says beside an order's row. Reads only; orders.lifecycle writes."""

from decimal import Decimal

from accounts.exchange.types import OrderReport, ReportStatus
from orders.models import Order
from orders.transitions import OrderStatus, status_after_report
from tradeplatform.lib.decimals import plain

_WORDS = {
    ReportStatus.OPEN: "open at",
    ReportStatus.CLOSED: "closed at",
    ReportStatus.CANCELED: "canceled at",
    ReportStatus.EXPIRED: "expired at",
    ReportStatus.REJECTED: "rejected by",
    ReportStatus.UNKNOWN: "at",
}


def status_after(order: Order, quantity: Decimal, report: OrderReport) -> OrderStatus:
    """Where the report leads the order of this quantity, whose fills are booked so far."""
    return status_after_report(
        current=OrderStatus(order.status),
        quantity=quantity,
        filled_quantity=order.filled_quantity,
        venue_filled_quantity=max(order.venue_filled_quantity, report.filled_quantity),
        reported=report.status,
    )


def is_news(order: Order, report: OrderReport) -> bool:
    """Whether the report, leaving its fills aside, says what the order's row does not."""
    if order.quantity is None:  # never sized, so never sent: a person was told, or is to be
        return not order.needs_attention
    if order.answered_at is None or not order.venue_order_id:
        return True
    if order.outcome_unknown_since is not None or order.missed_look_ups > 0:
        return True
    if report.filled_quantity > order.venue_filled_quantity:
        return True
    if contradiction(order, report) and not order.needs_attention:
        return True
    return status_after(order, order.quantity, report) != order.status


def contradiction(order: Order, report: OrderReport) -> str:
    """What cannot be, in words; empty when all is well."""
    if order.quantity is not None and order.filled_quantity > order.quantity:
        return f"filled {plain(order.filled_quantity)} of {plain(order.quantity)}"
    if _contradicts_refusal(report, order):
        return f"refused here, yet {report_reason(report)}"
    return ""


def _contradicts_refusal(report: OrderReport, order: Order) -> bool:
    """Whether we believe the order refused, yet the venue has it."""
    if order.status == OrderStatus.REJECTED:
        return report.status is not ReportStatus.REJECTED or report.filled_quantity > 0
    return order.status == OrderStatus.DENIED


def report_reason(report: OrderReport) -> str:
    """The report as a step's reason, in words for people."""
    filled = plain(report.filled_quantity)
    if report.status is ReportStatus.UNKNOWN and report.filled_quantity:  # a pushed execution
        return f"the exchange filled {filled}"
    return f"{_WORDS[report.status]} the exchange, {filled} filled"
