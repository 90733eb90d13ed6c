"""Orders and what belongs to them for tests, with readable values."""

import itertools
from decimal import Decimal
from typing import Any

from accounts.models import Account
from orders.models import Dispatch, Expiry, Fill, Order, OrderEvent, Remainder
from strategies.models import Signal, Subscription
from strategies.tests.rows import NOON

_numbers = itertools.count(1)


def make_order(subscription: Subscription, signal: Signal, **fields: Any) -> Order:
    """An accepted limit order to buy half a bitcoin at 90,000."""
    number = next(_numbers)
    return Order.objects.create(
        subscription=subscription,
        account=subscription.account,
        signal=signal,
        **{
            "intent_index": number,
            "client_order_id": f"tp{number:024}",
            "venue_order_id": str(number),
            "symbol": "BTC/USDT",
            "side": "BUY",
            "order_type": "LIMIT",
            "quantity": Decimal("0.50"),
            "limit_price": Decimal("90000"),
            "status": "ACCEPTED",
            "created_at": NOON,
            "submitted_at": NOON,
            "answered_at": NOON,
            "updated_at": NOON,
            **fields,
        },
    )


def make_denied(subscription: Subscription, signal: Signal) -> Order:
    """An order we refused because it was too small."""
    return make_order(
        subscription,
        signal,
        status="DENIED",
        venue_order_id="",
        answered_at=None,
        closed_at=NOON,
        error_code="BELOW_MINIMUM",
        error_message="0.00001 BTC is below the minimum 0.0001",
    )


def make_fill(order: Order) -> Fill:
    """A tenth of a bitcoin at 89,999.50."""
    return Fill.objects.create(
        order=order,
        account=order.account,
        symbol=order.symbol,
        venue_trade_id=f"trade-{order.pk}",
        side=order.side,
        quantity=Decimal("0.10"),
        price=Decimal("89999.50"),
        fee_quantity=Decimal("0.0001"),
        fee_currency="BTC",
        filled_at=NOON,
        booked_at=NOON,
    )


def make_event(order: Order) -> OrderEvent:
    """The exchange accepted it."""
    return OrderEvent.objects.create(
        order=order, at=NOON, from_status="SUBMITTED", to_status="ACCEPTED", reason="answered"
    )


def make_expiry(order: Order) -> Expiry:
    """A rule, deleted since, left a note about the order."""
    return Expiry.objects.create(order=order, action="NOTIFY", started_at=NOON, settled_at=NOON)


def make_dispatch(signal: Signal, **fields: Any) -> Dispatch:
    """Waiting work for shard 0 of 2."""
    waiting = {"shard": 0, "shards": 2, "created_at": NOON}
    return Dispatch.objects.create(signal=signal, **{**waiting, **fields})


def make_remainder(account: Account, **fields: Any) -> Remainder:
    """Two bitcoins of the owner's own beside half a one of the strategies."""
    return Remainder.objects.create(
        account=account,
        **{
            "market_type": "SPOT",
            "key": "BTC",
            "accepted": Decimal(2),
            "held": Decimal("2.5"),
            "of_strategies": Decimal("0.5"),
            "checked_at": NOON,
            **fields,
        },
    )
