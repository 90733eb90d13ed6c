"""What an exchange tells of an order after its end."""

from datetime import UTC, datetime
from decimal import Decimal

from accounts.exchange.types import FillReport, OrderReport, ReportStatus, Side
from orders.models import Order
from orders.outcomes import Answered
from orders.recording import record


def fill_late(order: Order, quantity: str) -> None:
    """The exchange tells of an execution that its last word about the order left out."""
    fill = FillReport(
        venue_trade_id=f"late{order.pk}",
        side=Side.SELL,
        quantity=Decimal(quantity),
        price=Decimal(110000),
        fee_quantity=Decimal(0),
        fee_currency="",
        filled_at=datetime(2026, 11, 21, 12, tzinfo=UTC),
    )
    report = OrderReport(
        venue_order_id=order.venue_order_id,
        status=ReportStatus.UNKNOWN,
        filled_quantity=fill.quantity,
        average_price=fill.price,
        fills=(fill,),
    )
    record([Answered(order.pk, report)])


def tell_late(order: Order, quantity: str) -> None:
    """The exchange says that more was filled before the end and shows the execution later."""
    report = OrderReport(
        venue_order_id=order.venue_order_id,
        status=ReportStatus.CANCELED,
        filled_quantity=Decimal(quantity),
        average_price=None,
        fills=(),
    )
    record([Answered(order.pk, report)])
