"""Says a ccxt order and its trades in our words. Pure.

ccxt makes up what a venue does not tell (`filled` of a closed order, `average`, `remaining`), so
the filled quantity is read from the venue's raw field and an absent one counts as nothing filled.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from accounts.exchange.sentences import sentence_of
from accounts.exchange.types import FillReport, OrderReport, OutcomeUnknown, ReportStatus, Side

# A word that is not here (`canceling`, Upbit's `watch`, whatever comes) never ends an order.
_STATUSES = {
    "open": ReportStatus.OPEN,
    "canceling": ReportStatus.OPEN,
    "closed": ReportStatus.CLOSED,
    "canceled": ReportStatus.CANCELED,
    "expired": ReportStatus.EXPIRED,
    "rejected": ReportStatus.REJECTED,
}


def order_report(
    order: Mapping[str, Any],
    *,
    filled_field: str,
    contract_size: Decimal,
    has_executions: bool = True,
) -> OrderReport:
    """The venue's order as a report; raises OutcomeUnknown when the answer names no order.

    `filled_field` is the raw field with the filled quantity, `contract_size` base units per unit.
    """
    venue_order_id = order.get("id")
    if not venue_order_id:  # HTTP 200 with an unreadable body comes back as an order of Nones
        raise OutcomeUnknown("OUTCOME_UNKNOWN", sentence_of("OUTCOME_UNKNOWN"))
    raw = order.get("info") or {}
    filled = Decimal(str(raw.get(filled_field) or 0)) * contract_size
    report = OrderReport(
        venue_order_id=str(venue_order_id),
        status=_STATUSES.get(order.get("status") or "", ReportStatus.UNKNOWN),
        filled_quantity=filled,
        average_price=_positive(order.get("average")) if filled else None,
        has_executions=has_executions,
    )
    return with_fills(report, trade_reports(trades_of(order), contract_size=contract_size))


def trades_of(order: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The executions that came with the order itself, in ccxt's shape.

    Where they leave out side and time (Binance's create answer, Upbit), they are the order's.
    """
    told_at = order.get("lastTradeTimestamp") or order.get("timestamp")
    of_order = {"side": order.get("side"), "timestamp": told_at}
    return [
        {**of_order, **{name: value for name, value in trade.items() if value is not None}}
        for trade in order.get("trades") or ()
    ]


def trade_reports(
    trades: Sequence[Mapping[str, Any]], *, contract_size: Decimal
) -> tuple[FillReport, ...]:
    """The executions that can be told apart and dated; the others are left to a later look-up."""
    return tuple(
        _fill(trade, contract_size)
        for trade in trades
        if trade.get("id") and trade.get("side") and trade.get("timestamp")
    )


def with_fills(report: OrderReport, fills: tuple[FillReport, ...]) -> OrderReport:
    """The report with these executions; they may be newer than it, so the larger sum counts."""
    filled = sum((fill.quantity for fill in fills), Decimal(0))
    total = max(report.filled_quantity, filled)
    return replace(
        report,
        fills=fills,
        filled_quantity=total,
        average_price=_average(fills) if fills and filled == total else report.average_price,
    )


def lacks_fills(report: OrderReport) -> bool:
    """Whether the venue filled more than it told executions for."""
    return report.filled_quantity > sum((fill.quantity for fill in report.fills), Decimal(0))


def _fill(trade: Mapping[str, Any], contract_size: Decimal) -> FillReport:
    fee = trade.get("fee") or {}
    return FillReport(
        venue_trade_id=str(trade["id"]),
        side=Side(str(trade["side"]).upper()),
        quantity=Decimal(str(trade["amount"])) * contract_size,
        price=Decimal(str(trade["price"])),
        fee_quantity=Decimal(str(fee.get("cost") or 0)),
        fee_currency=fee.get("currency") or "",
        filled_at=datetime.fromtimestamp(int(trade["timestamp"]) / 1000, UTC),
    )


def _average(fills: tuple[FillReport, ...]) -> Decimal:
    notional = sum((fill.quantity * fill.price for fill in fills), Decimal(0))
    return notional / sum((fill.quantity for fill in fills), Decimal(0))


def _positive(value: Any) -> Decimal | None:
    price = Decimal(str(value or 0))
    return price if price > 0 else None
