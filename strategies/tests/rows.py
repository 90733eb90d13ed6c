"""Strategies, subscriptions, signals and positions for tests, with readable values."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User

from accounts.exchange.types import MarketType, OrderType, Side
from accounts.models import Account
from strategies.intents import Action, Intent, Size, SizeKind, to_json
from strategies.models import Position, Signal, Strategy, Subscription

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
BUY_TEN_PERCENT = Intent(
    action=Action.PLACE,
    symbol="BTC/USDT",
    side=Side.BUY,
    order_type=OrderType.LIMIT,
    size=Size(kind=SizeKind.PERCENT, value=Decimal(10)),
    limit_price=Decimal("90000"),
)


def make_strategy(owner: User, group_name: str, **fields: Any) -> Strategy:
    """A private spot strategy for any exchange unless told otherwise."""
    spot = {"market_type": MarketType.SPOT.value}
    return Strategy.objects.create(
        owner=owner, name=group_name, group_name=group_name, **{**spot, **fields}
    )


def subscribe(strategy: Strategy, account: Account, **fields: Any) -> Subscription:
    """The account trades the strategy with 1,000 in the quote currency."""
    thousand = {"capital": Decimal(1000)}
    return Subscription.objects.create(strategy=strategy, account=account, **{**thousand, **fields})


def make_signal(strategy: Strategy, sender: User, **fields: Any) -> Signal:
    """An alert at noon that asks to buy with ten percent."""
    return Signal.objects.create(
        strategy=strategy,
        sender=sender,
        **{
            "intents": [to_json(BUY_TEN_PERCENT)],
            "received_at": NOON,
            "expires_at": NOON + timedelta(minutes=1),
            **fields,
        },
    )


def make_position(
    subscription: Subscription, quantity: str = "0.50", *, symbol: str = "BTC/USDT"
) -> Position:
    """What the subscription holds, of bitcoin unless told otherwise."""
    return Position.objects.create(
        subscription=subscription,
        symbol=symbol,
        quantity=Decimal(quantity),
        average_entry_price=Decimal("90000.10"),
        updated_at=NOON,
    )
