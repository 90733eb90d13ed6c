"""Fills of venues that tell no executions: what a report adds to what was booked before it.

A fill is named by the order and the total it leads to, so that a report that comes twice, late or
out of order adds nothing. Such a venue never tells executions, so none can be counted twice.
"""

from datetime import datetime
from decimal import Decimal

from accounts.exchange.types import FillReport, OrderReport, Side
from orders.models import Order
from tradeplatform.lib.decimals import ZERO, plain


def summed_fill(
    order: Order, report: OrderReport, *, filled: Decimal, cost: Decimal, now: datetime
) -> FillReport | None:
    """The one fill that leads from `filled` base units at `cost` to the report's totals, if any.

    The venue tells no fee and no time: the fill has none, and counts as of now. None while it
    tells no average price either.
    """
    more = report.filled_quantity - filled
    if more <= ZERO or report.average_price is None:
        return None
    return FillReport(
        venue_trade_id=f"{report.venue_order_id}={plain(report.filled_quantity)}",
        side=Side(order.side),
        quantity=more,
        price=(report.filled_quantity * report.average_price - cost) / more,
        fee_quantity=ZERO,
        fee_currency="",
        filled_at=now,
    )
