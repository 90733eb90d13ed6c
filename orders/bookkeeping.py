"""Fills into the books: each once, then the order's totals and the position from them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django.db.models import F, Sum

from accounts.exchange.types import FillReport, OrderReport, Side
from orders.models import Fill, Order
from orders.summed_fills import summed_fill
from strategies import positions
from strategies.positions import PositionChange
from tradeplatform.lib.bulk_insert import insert_all
from tradeplatform.lib.compiled_queries import AnyOf, CompiledQuery, Parameter
from tradeplatform.lib.decimals import ZERO

_Key = tuple[int, str, str, str]

_KNOWN = CompiledQuery(
    lambda: (
        Fill.objects.filter(
            AnyOf(F("account_id"), Parameter("accounts")),
            AnyOf(F("venue_trade_id"), Parameter("venue_trade_ids")),
        )
        .order_by()
        .values_list("account_id", "symbol", "venue_trade_id", "side")
    )
)
_TOTALS = CompiledQuery(
    lambda: (
        Fill.objects.filter(AnyOf(F("order_id"), Parameter("orders")))
        .order_by()
        .values("order_id")
        .annotate(filled=Sum("quantity"), cost=Sum(F("quantity") * F("price")))
        .values_list("order_id", "filled", "cost")
    )
)


def book_fills(reported: Sequence[tuple[Order, OrderReport]], *, now: datetime) -> None:
    """Store the fills not yet known, then refresh the totals of their orders and positions.

    The orders are locked by the caller, so nobody else books their fills meanwhile. Sets
    `filled_quantity` and `average_price` on the order objects; the caller writes them.
    """
    fills = _unknown_fills(reported, now)
    if not fills:
        return
    insert_all(fills)
    _refresh_totals({fill.order_id: fill.order for fill in fills})
    changes = [_position_change(fill) for fill in fills]
    positions.book(changes, history=_booked_changes, now=now)


def _unknown_fills(reported: Sequence[tuple[Order, OrderReport]], now: datetime) -> list[Fill]:
    candidates: dict[_Key, Fill] = {}
    for order, report in reported:
        for fill in _told_fills(order, report, candidates.values(), now):
            candidates.setdefault(_key(order, fill), _fill(order, fill, now))
    if not candidates:
        return []
    known = _KNOWN.all(
        accounts=list({key[0] for key in candidates}),
        venue_trade_ids=list({key[2] for key in candidates}),
    )
    for key in known:
        candidates.pop(key, None)
    return list(candidates.values())


def _told_fills(
    order: Order, report: OrderReport, booking: Iterable[Fill], now: datetime
) -> Sequence[FillReport]:
    """The report's fills; `booking` are those about to be booked with it."""
    if report.has_executions:
        return report.fills
    own = [fill for fill in booking if fill.order is order]
    filled = order.filled_quantity + sum((fill.quantity for fill in own), ZERO)
    cost = order.filled_quantity * (order.average_price or ZERO)
    cost += sum((fill.quantity * fill.price for fill in own), ZERO)
    fill = summed_fill(order, report, filled=filled, cost=cost, now=now)
    return () if fill is None else (fill,)


def _key(order: Order, fill: FillReport) -> _Key:
    return order.account_id, order.symbol, fill.venue_trade_id, fill.side.value


def _fill(order: Order, fill: FillReport, now: datetime) -> Fill:
    return Fill(
        order=order,
        account_id=order.account_id,
        symbol=order.symbol,
        venue_trade_id=fill.venue_trade_id,
        side=fill.side.value,
        quantity=fill.quantity,
        price=fill.price,
        fee_quantity=fill.fee_quantity,
        fee_currency=fill.fee_currency,
        filled_at=fill.filled_at,
        booked_at=now,
    )


def _refresh_totals(orders: dict[int, Order]) -> None:
    for order_id, filled, cost in _TOTALS.all(orders=list(orders)):
        order = orders[order_id]
        order.filled_quantity = filled
        order.average_price = cost / filled
        order.venue_filled_quantity = max(order.venue_filled_quantity, order.filled_quantity)


def _position_change(fill: Fill) -> PositionChange:
    return PositionChange(
        subscription_id=fill.order.subscription_id,
        symbol=fill.symbol,
        quantity=signed_base_quantity(fill),
        price=fill.price,
        fee_quantity=fill.fee_quantity,
        fee_currency=fill.fee_currency,
        filled_at=fill.filled_at,
    )


def _booked_changes(keys: Collection[positions.Key]) -> list[PositionChange]:
    """All fills of these positions, in the order in which they were booked."""
    fills = Fill.objects.filter(
        order__subscription_id__in={subscription_id for subscription_id, _ in keys},
        symbol__in={symbol for _, symbol in keys},
    )
    changes = map(_position_change, fills.select_related("order").order_by("id"))
    return [change for change in changes if change.key in keys]


def signed_base_quantity(fill: Fill) -> Decimal:
    """What the fill adds to the holding of the base coin: bought, less a fee taken in that coin."""
    signed = fill.quantity if fill.side == Side.BUY else -fill.quantity
    is_spot = ":" not in fill.symbol  # ccxt writes contracts as BASE/QUOTE:SETTLE
    base = fill.symbol.partition("/")[0]
    if is_spot and fill.fee_currency == base:
        signed -= fill.fee_quantity
    return signed
