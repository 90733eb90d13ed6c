"""Orders at a venue that bear an id of ours but are not in our database (INV-2)."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from accounts.exchange.types import FoundOrder
from orders.models import Order, StrayOrder

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Unknown:
    """An order found on an account, bearing an id of ours, that was not among its open orders."""

    account_id: int
    found: FoundOrder


def sort_out(unknown: Sequence[Unknown]) -> list[Order | None]:
    """Our order of each, closed or new; None for a stray one, which is stored and never touched.

    Our orders are committed before they are sent, so what a venue told before this look and is not
    in the database now is none of ours.
    """
    ids = [item.found.client_order_id for item in unknown]
    ours = {order.client_order_id: order for order in Order.objects.filter(client_order_id__in=ids)}
    _store(item for item in unknown if item.found.client_order_id not in ours)
    return [ours.get(client_order_id) for client_order_id in ids]


def _store(strays: Iterable[Unknown]) -> None:
    found = {(item.account_id, item.found.client_order_id): item for item in strays}
    if not found:
        return
    known = StrayOrder.objects.filter(client_order_id__in=[key[1] for key in found])
    for key in known.values_list("account_id", "client_order_id"):
        found.pop(key, None)
    for item in found.values():
        logger.warning(
            "stray order %s on account %s: it bears our id and is not in our database",
            item.found.client_order_id,
            item.account_id,
        )
    now = datetime.now(UTC)
    # Two polls may find it at once.
    StrayOrder.objects.bulk_create(
        [_stray(item, now) for item in found.values()], ignore_conflicts=True
    )


def _stray(item: Unknown, now: datetime) -> StrayOrder:
    return StrayOrder(
        account_id=item.account_id,
        client_order_id=item.found.client_order_id,
        venue_order_id=item.found.report.venue_order_id,
        symbol=item.found.symbol,
        side=item.found.side.value,
        quantity=item.found.quantity,
        filled_quantity=item.found.report.filled_quantity,
        found_at=now,
    )
