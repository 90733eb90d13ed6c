"""What an order's history says of a venue's report."""

from decimal import Decimal

import pytest

from accounts.exchange.types import OrderReport, ReportStatus
from orders.report_reading import report_reason


@pytest.mark.parametrize(
    ("status", "filled", "reason"),
    [
        ("OPEN", "0", "open at the exchange, 0 filled"),
        ("CLOSED", "0.5", "closed at the exchange, 0.5 filled"),
        ("CANCELED", "0.2", "canceled at the exchange, 0.2 filled"),
        ("EXPIRED", "0", "expired at the exchange, 0 filled"),
        ("REJECTED", "0", "rejected by the exchange, 0 filled"),
        ("UNKNOWN", "0.01", "the exchange filled 0.01"),
        ("UNKNOWN", "0", "at the exchange, 0 filled"),
    ],
)
def test_a_report_is_told_in_plain_words(status: str, filled: str, reason: str) -> None:
    report = OrderReport(
        venue_order_id="77",
        status=ReportStatus(status),
        filled_quantity=Decimal(filled),
        average_price=None,
    )

    assert report_reason(report) == reason
