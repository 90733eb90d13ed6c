"""Reads both sides' books: our database, and the sandbox's own records by its control API."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef

from accounts.exchange.types import MarketType, OrderType, Side
from accounts.sandbox.control import Control
from orders.models import Expiry, Fill, Order, Remainder, StrayOrder
from strategies.models import ExpiryAction, Position, Signal
from tradeplatform.lib.decimals import plain
from tradeplatform.soak.ledgers import (
    Execution,
    OurBooks,
    OurOrder,
    OurPosition,
    OurSignal,
    PositionKey,
    VenueBooks,
    VenueOrder,
)

# What the exchange calls a state, in our words.
_STATUSES = {"NEW": "ACCEPTED", "EXPIRED_IN_MATCH": "EXPIRED"}
_ENDING = [ExpiryAction.CANCEL, ExpiryAction.REPRICE, ExpiryAction.MARKET]


def our_books() -> OurBooks:
    """Everything our database has."""
    signals = Signal.objects.values_list("id", "strategy__group_name", "dedup_key")
    return OurBooks(
        signals=[OurSignal(str(pk), name, key or "") for pk, name, key in signals],
        orders=list(_our_orders()),
        executions=list(_our_executions()),
        positions=list(_our_positions()),
        strays=list(StrayOrder.objects.values_list("client_order_id", flat=True)),
        drifts=[_drift(row) for row in Remainder.objects.exclude(differs_since=None)],
    )


def _our_orders() -> Iterator[OurOrder]:
    ended = Expiry.objects.filter(order=OuterRef("pk"), action__in=_ENDING)
    rows = Order.objects.annotate(is_expired_by_rule=Exists(ended)).select_related(
        "account", "subscription__strategy", "cancel_signal__strategy"
    )
    for row in rows.order_by("id").iterator(chunk_size=2_000):
        yield OurOrder(
            order_id=row.pk,
            signal_id=str(row.signal_id),
            intent_index=row.intent_index,
            attempt=row.attempt,
            strategy=row.subscription.strategy.group_name,
            account=row.account.name,
            market_type=MarketType(row.subscription.strategy.market_type),
            symbol=_symbol(row.symbol),
            side=Side(row.side),
            order_type=OrderType(row.order_type),
            is_close=row.is_close,
            reduce_only=row.reduce_only,
            client_order_id=row.client_order_id,
            venue_order_id=row.venue_order_id,
            quantity=row.quantity,
            filled=row.filled_quantity,
            status=row.status,
            needs_attention=row.needs_attention,
            canceled_by=row.cancel_signal.strategy.group_name if row.cancel_signal else "",
            is_expired_by_rule=row.is_expired_by_rule,
        )


def _our_executions() -> Iterator[Execution]:
    rows = Fill.objects.select_related("account", "order__subscription__strategy")
    for row in rows.order_by("id").iterator(chunk_size=2_000):
        yield Execution(
            account=row.account.name,
            market_type=MarketType(row.order.subscription.strategy.market_type),
            symbol=_symbol(row.symbol),
            trade_id=row.venue_trade_id,
            side=Side(row.side),
            client_order_id=row.order.client_order_id,
            quantity=row.quantity,
            price=row.price,
            fee=row.fee_quantity,
            fee_currency=row.fee_currency,
        )


def _our_positions() -> Iterator[OurPosition]:
    for row in Position.objects.select_related("subscription__strategy", "subscription__account"):
        subscription = row.subscription
        name, account = subscription.strategy.group_name, subscription.account.name
        yield OurPosition(PositionKey(name, account, _symbol(row.symbol)), row.quantity)


def _drift(row: Remainder) -> str:
    found = f"{plain(row.found)} beside positions, {plain(row.accepted)} accepted"
    return f"{row.account.name} {row.market_type} {row.key}: {found}"


def venue_books(control: Control) -> VenueBooks:
    """Everything the sandbox ever accepted and executed; raises OSError while it is away."""
    trades = control.get("/sandbox/trades")  # first: an order may still come, and fill, meanwhile
    orders = [_venue_order(row) for row in control.get("/sandbox/orders")]
    ids = {
        (order.account, order.market_type, order.symbol, order.venue_order_id): order
        for order in orders
    }
    executions = []
    for row in trades:
        market_type = MarketType(row["market"].upper())
        order = ids[row["account"], market_type, row["symbol"], str(row["orderId"])]
        executions.append(_venue_execution(row, market_type, order.client_order_id))
    return VenueBooks(orders=orders, executions=executions)


def _venue_order(row: Mapping[str, Any]) -> VenueOrder:
    return VenueOrder(
        account=row["account"],
        market_type=MarketType(row["market"].upper()),
        symbol=row["symbol"],
        side=Side(row["side"]),
        client_order_id=row["clientOrderId"],
        venue_order_id=str(row["orderId"]),
        quantity=Decimal(row["origQty"]),
        filled=Decimal(row["executedQty"]),
        status=_STATUSES.get(row["status"], row["status"]),
    )


def _venue_execution(
    row: Mapping[str, Any], market_type: MarketType, client_order_id: str
) -> Execution:
    # Trades of contracts tell the side, spot trades whether one bought.
    side = row["side"] if "side" in row else ("BUY" if row["isBuyer"] else "SELL")
    return Execution(
        account=row["account"],
        market_type=market_type,
        symbol=row["symbol"],
        trade_id=str(row["id"]),
        side=Side(side),
        client_order_id=client_order_id,
        quantity=Decimal(row["qty"]),
        price=Decimal(row["price"]),
        fee=Decimal(row["commission"]),
        fee_currency=row["commissionAsset"],
    )


def _symbol(unified: str) -> str:
    """`BTC/USDT` and `BTC/USDT:USDT` as the exchange writes them; others stay as written."""
    return unified.partition(":")[0].replace("/", "") if "/" in unified else unified
