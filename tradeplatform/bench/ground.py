"""Where a benchmark trades: accounts at the running sandbox, a strategy, one executor."""

import secrets
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction

from accounts.exchange.types import Credentials, Environment, MarketType
from accounts.models import Account
from accounts.sandbox.control import Control
from orders.dispatching import open_signal
from orders.execution import Executor
from orders.models import Dispatch
from strategies.intents import Intent
from strategies.models import Strategy, Subscription

_BALANCES = {"USDT": "1000000000", "BTC": "1000"}
_TIMEOUT_SECONDS = 60


@dataclass(slots=True)
class Ground:
    """`control` is the running sandbox's; rows are committed to the run's own database."""

    control: Control
    executor: Executor = field(default_factory=Executor)
    owner: User = field(default_factory=lambda: User.objects.create_user("bench"))

    def strategy(self, name: str, *, accounts: int) -> Strategy:
        """A spot strategy with that many accounts of its own, all of them at the sandbox."""
        strategy = Strategy.objects.create(
            owner=self.owner, name=name, group_name=name, market_type=MarketType.SPOT.value
        )
        opened = [self._open_account(f"{name}-{number}") for number in range(accounts)]
        Subscription.objects.bulk_create(
            Subscription(strategy=strategy, account=account, capital=Decimal(1_000_000))
            for account in opened
        )
        return strategy

    def trade(self, strategy: Strategy, *intents: Intent) -> None:
        """Accept an alert as the webhook does, execute it on every shard, wait for all answers."""
        with transaction.atomic():
            signal = open_signal(
                strategy=strategy,
                sender=self.owner,
                intents=intents,
                dedup_key=None,
                received_at=datetime.now(UTC),
            ).signal
        for dispatch in Dispatch.objects.filter(signal=signal):
            for future in self.executor.execute_dispatch(dispatch.pk):
                future.result(timeout=_TIMEOUT_SECONDS)

    def set_price(self, symbol: str, price: str) -> None:
        """Pin the sandbox's price of `BTCUSDT` and the like."""
        self.control.post("/sandbox/price", {"symbol": symbol, "price": price})

    def requests(self) -> Counter[str]:
        """How often the sandbox was asked what, such as "GET /api/v3/openOrders"."""
        rows = self.control.get("/sandbox/requests")
        return Counter({row["request"]: row["count"] for row in rows})

    def close(self) -> None:
        """Stop the executor."""
        self.executor.stop(drain_seconds=1)

    def _open_account(self, name: str) -> Account:
        credentials = Credentials(api_key=secrets.token_hex(16), secret=secrets.token_hex(16))
        account = Account(
            owner=self.owner, name=name, venue="binance", environment=Environment.SANDBOX.value
        )
        account.set_credentials(credentials)
        account.save()
        self.control.open_account(
            name, api_key=credentials.api_key, secret=credentials.secret, balances=_BALANCES
        )
        return account
