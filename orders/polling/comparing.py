"""A venue's list of open orders against ours. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.exchange.types import FoundOrder, OrderReport
from orders import absence
from orders.client_order_id import is_ours
from orders.models import Order
from orders.polling.due import AccountPoll
from orders.report_reading import is_news


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a list says about our orders.

    `news` are reports to record; `to_look_up` are not in the list or have fills it does not tell;
    `unknown` bear an id of ours, but were not among our open orders when those were read; `listed`
    of ours are in the list.
    """

    news: tuple[tuple[Order, OrderReport], ...]
    to_look_up: tuple[Order, ...]
    unknown: tuple[FoundOrder, ...]
    listed: int


def compare(poll: AccountPoll, found: Sequence[FoundOrder], *, now: datetime) -> Comparison:
    """Our open orders, read before the venue was asked, beside the list it gave."""
    listed = _listed(poll.orders, found)
    news: list[tuple[Order, OrderReport]] = []
    to_look_up: list[Order] = []
    for order in poll.orders:
        report = listed.get(order.pk)
        if report is not None and not _hides_fills(order, report):
            if is_news(order, report):
                news.append((order, report))
        elif absence.is_due(order, now=now):
            to_look_up.append(order)
    ours = {order.client_order_id for order in poll.orders}
    return Comparison(
        news=tuple(news),
        to_look_up=tuple(to_look_up),
        unknown=tuple(
            other
            for other in found
            if is_ours(other.client_order_id) and other.client_order_id not in ours
        ),
        listed=len(listed),
    )


def _listed(orders: Sequence[Order], found: Sequence[FoundOrder]) -> dict[int, OrderReport]:
    """Our orders' reports by order id; by the venue's id where its list tells no other."""
    by_client_id = {other.client_order_id: other for other in found if other.client_order_id}
    by_venue_id = {
        (other.symbol, other.report.venue_order_id): other
        for other in found
        if not other.client_order_id
    }
    reports: dict[int, OrderReport] = {}
    for order in orders:
        other = by_client_id.get(order.client_order_id) or by_venue_id.get(
            (order.symbol, order.venue_order_id)
        )
        if other is not None:
            reports[order.pk] = other.report
    return reports


def _hides_fills(order: Order, report: OrderReport) -> bool:
    """Lists tell how much is filled, but rarely the executions."""
    filled = max(report.filled_quantity, order.venue_filled_quantity)
    told = sum(fill.quantity for fill in report.fills)
    return report.has_executions and filled > order.filled_quantity and filled > told
