"""Rows for tests with readable values: people with tokens, strategies, what a worker leaves."""

import itertools
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User

from accounts.exchange.types import Environment, MarketType, OrderType, Side
from accounts.models import Account
from orders.models import Dispatch, Order
from orders.transitions import OrderStatus
from strategies.models import Signal, Strategy, Subscription
from webhooks.tokens import issue_token

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)

_numbers = itertools.count(1)


def person(name: str) -> tuple[User, str]:
    """A user and the token to send alerts with."""
    user = User.objects.create(username=name)
    return user, issue_token(user=user, now=NOW)


def make_strategy(owner: User, group_name: str = "test1", **fields: Any) -> Strategy:
    """A private spot strategy at any exchange unless told otherwise.

    With an account that is switched off, so that its alerts are work for a shard.
    """
    values = {"name": group_name, "market_type": MarketType.SPOT.value, **fields}
    strategy = Strategy.objects.create(owner=owner, group_name=group_name, **values)
    subscribe(strategy, make_account(owner, f"idle in {group_name}"), is_active=False)
    return strategy


def make_account(owner: User, name: str) -> Account:
    """An account at the sandbox."""
    return Account.objects.create(
        owner=owner, name=name, venue="binance", environment=Environment.SANDBOX.value
    )


def subscribe(strategy: Strategy, account: Account, *, is_active: bool = True) -> Subscription:
    """The account trades the strategy with 10,000."""
    return Subscription.objects.create(
        strategy=strategy, account=account, capital=Decimal(10000), is_active=is_active
    )


def make_signal(strategy: Strategy, sender: User | None = None) -> Signal:
    """A signal that nobody has executed yet."""
    signal = Signal.objects.create(
        strategy=strategy,
        sender=sender or strategy.owner,
        intents=[{"action": "PLACE", "symbol": "BTC/USDT"}],
        received_at=NOW,
        expires_at=NOW.replace(minute=1),
    )
    Dispatch.objects.create(signal=signal, shard=0, shards=2, created_at=NOW)
    return signal


def settle(signal_id: UUID) -> None:
    """Every account is through with the signal."""
    Dispatch.objects.filter(signal_id=signal_id).update(claimed_at=NOW, settled_at=NOW)


def accepted(signal: Signal, subscription: Subscription, **fields: Any) -> Order:
    """An order that rests at the venue."""
    number = next(_numbers)
    values = {
        "status": OrderStatus.ACCEPTED,
        "venue_order_id": str(1000 + number),
        "submitted_at": NOW,
        "answered_at": NOW,
        "quantity": Decimal("0.01"),
        **fields,
    }
    return _order(signal, subscription, number, values)


def denied(signal: Signal, subscription: Subscription, **fields: Any) -> Order:
    """An order that we refused to send."""
    values = {
        "status": OrderStatus.DENIED,
        "error_code": "BELOW_MINIMUM",
        "error_message": "0.00001 BTC is below the minimum 0.0001",
        "closed_at": NOW,
        **fields,
    }
    return _order(signal, subscription, next(_numbers), values)


def _order(
    signal: Signal, subscription: Subscription, number: int, fields: dict[str, Any]
) -> Order:
    usual = {
        "symbol": "BTC/USDT",
        "side": Side.BUY,
        "order_type": OrderType.LIMIT,
        "limit_price": Decimal(90000),
        "intent_index": 0,
    }
    return Order.objects.create(
        signal=signal,
        subscription=subscription,
        account=subscription.account,
        client_order_id=f"tp{number:030}",
        created_at=NOW,
        updated_at=NOW,
        **(usual | fields),
    )
