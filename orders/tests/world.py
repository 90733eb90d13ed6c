"""A small trading world for tests: accounts at the running sandbox, rows, one executor."""

import itertools
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from accounts.exchange import gateway
from accounts.exchange.types import Credentials, Environment, MarketType, OrderType, Side
from accounts.models import Account
from orders import market_data
from orders.dispatching import open_signal
from orders.drafting import ticket_of
from orders.execution import Executor
from orders.models import Dispatch, Fill, Order
from orders.placement import claim
from orders.planning import load_plan, login_of
from orders.tests.sandbox_control import SandboxControl
from orders.work import Plan
from strategies.intents import Action, Intent, Size, SizeKind
from strategies.models import Position, Signal, Strategy, Subscription
from tradeplatform.lib import loop

_numbers = itertools.count(1)


def place(
    symbol: str,
    side: Side,
    order_type: OrderType,
    *,
    percent: str | None = None,
    quantity: str | None = None,
    notional: str | None = None,
    price: str | None = None,
    stop: str | None = None,
    priority: int = 0,
) -> Intent:
    """A PLACE intent with its numbers as text."""
    sizes = {SizeKind.PERCENT: percent, SizeKind.QUANTITY: quantity, SizeKind.NOTIONAL: notional}
    ((kind, value),) = [(kind, text) for kind, text in sizes.items() if text is not None]
    return Intent(
        action=Action.PLACE,
        symbol=symbol,
        side=side,
        order_type=order_type,
        size=Size(kind=kind, value=Decimal(value)),
        limit_price=Decimal(price) if price else None,
        trigger_price=Decimal(stop) if stop else None,
        priority=priority,
    )


def limit_buy(price: str = "90000", *, percent: str = "5", symbol: str = "BTC/USDT") -> Intent:
    """The alert of the documents: a resting buy below the market."""
    return place(symbol, Side.BUY, OrderType.LIMIT, percent=percent, price=price)


def market(side: Side, *, symbol: str = "BTC/USDT", **size: str) -> Intent:
    """A market order."""
    return place(symbol, side, OrderType.MARKET, **size)  # type: ignore[arg-type] # sizes are text


def cancel_all(*, symbol: str = "", side: Side | None = None, priority: int = 0) -> Intent:
    """Cancel this strategy's open orders."""
    return Intent(action=Action.CANCEL_ALL, symbol=symbol, side=side, priority=priority)


@dataclass
class World(SandboxControl):
    """Owner, accounts, strategies and alerts, and the sandbox at which they trade."""

    executor: Executor
    owner: User = field(default_factory=lambda: user("owner"))

    def account(
        self, name: str, *, owner: User | None = None, balances: dict[str, str] | None = None
    ) -> Account:
        """An account that exists at the sandbox too, with 100,000 USDT unless told otherwise."""
        credentials = Credentials(api_key=f"key-{name}", secret=f"secret-{name}")
        self.post(
            "/sandbox/accounts",
            {
                "account": name,
                "apiKey": credentials.api_key,
                "secret": credentials.secret,
                "balances": balances or {"USDT": "100000"},
            },
        )
        return self.stranger(name, credentials, owner=owner)

    def stranger(
        self, name: str, credentials: Credentials, *, owner: User | None = None
    ) -> Account:
        """An account that the sandbox does not know."""
        account = Account(
            owner=owner or self.owner,
            name=name,
            venue="binance",
            environment=Environment.SANDBOX.value,
        )
        account.set_credentials(credentials)
        account.save()
        return account

    def strategy(
        self,
        group_name: str,
        *accounts: Account,
        market_type: MarketType = MarketType.SPOT,
        capital: str = "10000",
        leverage: int = 1,
        is_public: bool = False,
        **fields: Any,
    ) -> Strategy:
        """A strategy to which the accounts are subscribed."""
        strategy = Strategy.objects.create(
            owner=self.owner,
            name=group_name,
            group_name=group_name,
            market_type=market_type.value,
            is_public=is_public,
            **fields,
        )
        for account in accounts:
            self.subscribe(strategy, account, capital=capital, leverage=leverage)
        return strategy

    def subscribe(
        self,
        strategy: Strategy,
        account: Account,
        *,
        capital: str = "10000",
        leverage: int = 1,
        max_symbols: int | None = None,
    ) -> Subscription:
        """One more account for the strategy."""
        return Subscription.objects.create(
            strategy=strategy,
            account=account,
            capital=Decimal(capital),
            leverage=leverage,
            max_symbols=max_symbols,
        )

    def alert(
        self,
        strategy: Strategy,
        *intents: Intent,
        sender: User | None = None,
        received_at: datetime | None = None,
    ) -> Signal:
        """Accept an alert as the webhook does; nothing is executed yet."""
        with transaction.atomic():
            return open_signal(
                strategy=strategy,
                sender=sender or self.owner,
                intents=intents,
                dedup_key=None,
                received_at=received_at or datetime.now(UTC),
            ).signal

    def execute(self, signal: Signal) -> list[Order]:
        """Execute the alert on every shard and wait for the venues; its orders by account name."""
        for future in self.begin(signal):
            future.result(timeout=30)
        return orders_of(signal)

    def begin(self, signal: Signal) -> list[Future[None]]:
        """Have its orders committed on every shard; their sends go on, an account's in each."""
        return [
            future
            for dispatch_id in dispatches_of(signal)
            for future in self.executor.execute_dispatch(dispatch_id)
        ]

    def trade(
        self, strategy: Strategy, *intents: Intent, sender: User | None = None
    ) -> list[Order]:
        """Accept and execute an alert."""
        return self.execute(self.alert(strategy, *intents, sender=sender))

    def cancel_all(self, strategy: Strategy) -> Signal:
        """Cancel the strategy's open orders and wait for the venues."""
        signal = self.alert(strategy, cancel_all())
        self.execute(signal)
        return signal

    def claim_only(self, signal: Signal) -> None:
        """Claim and write ahead, then stop, as a worker that is killed before its first send."""
        for dispatch_id in dispatches_of(signal):
            plan = load_plan(dispatch_id)
            if plan is not None:
                claim(plan, prefetch(plan), now=datetime.now(UTC))

    def forget_answers(self, signal: Signal) -> None:
        """The rows as a worker leaves them that is killed after its sends, before the answers."""
        Fill.objects.filter(order__signal=signal).delete()
        Position.objects.filter(subscription__orders__signal=signal).delete()
        Dispatch.objects.filter(signal=signal).update(settled_at=None)
        Order.objects.filter(signal=signal).update(
            status="SUBMITTED",
            venue_order_id="",
            filled_quantity=0,
            average_price=None,
            venue_filled_quantity=0,
            answered_at=None,
            closed_at=None,
        )

    def place_by_hand(self, order: Order) -> None:
        """Have the order's request reach the sandbox without the executor's doing."""
        order.status = "SUBMITTED"  # in memory only: what a ticket is made from
        ticket = ticket_of(order)
        assert ticket is not None
        login = login_of(order.account, order.subscription.strategy)
        loop.call(gateway.place(login, ticket), timeout_seconds=10)

    def look_up(self) -> None:
        """Have every shard look up what is unresolved."""
        for shard in range(settings.SHARDS):
            self.executor.look_up(shard).result(timeout=30)

    def send_due_cancels(self) -> None:
        """Have every shard send the cancels that are due."""
        for shard in range(settings.SHARDS):
            self.executor.send_due_cancels(shard).result(timeout=30)

    def restart_executor(self) -> None:
        """A new worker: its clients are built anew."""
        self.executor.stop(drain_seconds=1)
        self.executor = Executor()

    def now(self) -> datetime:
        """The time."""
        return datetime.now(UTC)


def prefetch(plan: Plan) -> market_data.MarketView:
    """The plan's market data, however long a busy machine takes to read it."""
    reading = market_data.prefetch(plan, within_seconds=30)
    return loop.call(reading, timeout_seconds=35)


def user(name: str) -> User:
    """A user."""
    return User.objects.create_user(username=f"{name}{next(_numbers)}")


def dispatches_of(signal: Signal) -> Sequence[int]:
    """The ids of the signal's dispatch rows."""
    return list(
        Dispatch.objects.filter(signal=signal).order_by("shard").values_list("id", flat=True)
    )


def orders_of(signal: Signal) -> list[Order]:
    """The signal's orders as the database has them, by account name and intent."""
    orders = Order.objects.filter(signal=signal).select_related("account")
    return list(orders.order_by("account__name", "intent_index"))


def position_of(strategy: Strategy, account: Account, symbol: str = "BTC/USDT") -> Decimal:
    """The strategy's position on the account; zero without a row."""
    rows = Position.objects.filter(
        subscription__strategy=strategy, subscription__account=account, symbol=symbol
    )
    return next((row.quantity for row in rows), Decimal(0))
