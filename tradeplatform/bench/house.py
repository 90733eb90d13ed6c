"""A running platform for one benchmark, as `manage.py up` runs it, with accounts at an exchange.

Open it from the main thread.
"""

import http.client
import json
import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from time import monotonic
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from accounts.exchange.clients import credentials_of
from accounts.exchange.types import Credentials, Environment, MarketType
from accounts.models import Account
from accounts.sandbox.control import Control
from orders.models import Dispatch, Order
from orders.planning import login_in
from orders.transitions import OrderStatus
from strategies.models import Strategy, Subscription
from tradeplatform.bench.processor import Clocks, clocks
from tradeplatform.supervisor.rented import Platform
from webhooks.tokens import issue_token

_SETTLE_SECONDS = 120
_LOOK_SECONDS = 0.02
_HTTP_SECONDS = 30
_VARIABLES = {
    "SHARDS": "2",
    # The stub pushes nothing; an exchange that pushes is polled as seldom as this.
    "STREAMS": "0",
    "POLL_SECONDS_STREAM_DOWN": "60",
    # What exchanges allow is measured by itself.
    "EXCHANGE_LIMITS_PERCENT": "100000",
    # The host of a virtual machine may stop it for longer than anybody waits for an exchange: the
    # orders that it has not heard of by then are looked up, not sent, and no time is measured.
    "EXCHANGE_TIMEOUT_SECONDS": "60",
    "LOG_LEVEL": "WARNING",
}

# What most benchmarks ask for: it rests, and nothing about it has to be read.
BID = {
    "symbol": "BTC/USDT",
    "side": "buy",
    "order_type": "LIMIT",
    "price": "40000",
    "qty_per": "1",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the webhook said, and when it was asked and had answered (CLOCK_MONOTONIC); status 0 and
    an empty body for no answer, or none that is JSON."""

    status: int
    body: Mapping[str, Any]
    asked_at: float
    answered_at: float

    @property
    def is_accepted(self) -> bool:
        """Whether the platform took the alert."""
        return self.status in (200, 202)

    @property
    def signal_id(self) -> UUID:
        """The signal that it was accepted as."""
        return UUID(self.body["signal_id"])


class House:
    """`with House(…) as house:` runs the platform, with one owner who has all accounts."""

    def __init__(
        self, state_dir: Path, *, exchange_url: str, variables: Mapping[str, str] | None = None
    ) -> None:
        """Start it; `variables` take the place of the environment that most benchmarks have."""
        self.state_dir = state_dir
        self._variables = {**_VARIABLES, **(variables or {}), "SANDBOX_URL": exchange_url}
        self.start()
        self._owner = User.objects.create_user("bench")
        self._token = issue_token(user=self._owner, now=timezone.now())

    def start(self) -> None:
        """Start the platform with what is in its directory; return once it takes alerts."""
        self.platform = Platform(self.state_dir, self._variables)
        self.platform.await_ready()
        self._host = urlsplit(self.platform.web).netloc
        self.webhook = f"{self.platform.web}/api/webhook"

    def stop(self) -> None:
        """Stop the platform in order; its database goes with it."""
        connection.close()
        self.platform.stop()

    def open_accounts(self, number: int) -> list[Account]:
        """So many, all at the exchange."""
        accounts = [
            Account(
                owner=self._owner,
                name=f"A{position}",
                venue="binance",
                environment=Environment.SANDBOX.value,
            )
            for position in range(number)
        ]
        for account in accounts:
            account.set_credentials(Credentials(secrets.token_hex(16), secrets.token_hex(16)))
        return Account.objects.bulk_create(accounts)

    def add_strategy(self, name: str, accounts: Sequence[Account]) -> None:
        """A spot strategy to which the accounts are subscribed."""
        strategy = Strategy.objects.create(
            owner=self._owner, name=name, group_name=name, market_type=MarketType.SPOT.value
        )
        Subscription.objects.bulk_create(
            Subscription(strategy=strategy, account=account, capital=Decimal(1_000_000))
            for account in accounts
        )

    def analyze(self) -> None:
        """What the database does by itself a minute after so many rows were made."""
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def alert(self, strategy: str, **fields: str) -> str:
        """An alert for the strategy as it is posted to `webhook`."""
        return json.dumps({"group_name": strategy, "token": self._token, **fields})

    def send(self, strategy: str, **fields: str) -> Answer:
        """Post an alert, on a connection of its own as TradingView does."""
        body = self.alert(strategy, **fields)
        asked_at = monotonic()
        connection = http.client.HTTPConnection(self._host, timeout=_HTTP_SECONDS)
        try:
            connection.request("POST", "/api/webhook", body)
            response = connection.getresponse()
            told = json.loads(response.read())
        finally:
            connection.close()
        return Answer(response.status, told, asked_at, monotonic())

    def await_settled(self, signal_id: UUID | None = None) -> None:
        """Return once every account is through, for this signal or all; raises TimeoutError."""
        waiting = Dispatch.objects.filter(settled_at=None)
        if signal_id is not None:
            waiting = waiting.filter(signal=signal_id)
        deadline = monotonic() + _SETTLE_SECONDS
        while (left := waiting.count()) > 0:
            if monotonic() > deadline:
                raise TimeoutError(f"{left} dispatches are not settled")
            threading.Event().wait(_LOOK_SECONDS)

    def clocks(self) -> Clocks:
        """What the platform's processes have used, without the one that serves our questions."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (ours,) = cursor.fetchone()
        return clocks(self.platform.pids(), except_for=ours)

    def forget_open_orders(self) -> None:
        """The exchange has forgotten them as well: nobody is to look for them."""
        Order.objects.filter(status=OrderStatus.ACCEPTED.value).update(
            status=OrderStatus.CANCELED.value, closed_at=timezone.now()
        )

    def __enter__(self) -> Self:
        """It runs already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop everything in order."""
        self.stop()


def open_at_sandbox(account: Account, control: Control, *, balances: Mapping[str, str]) -> None:
    """The sandbox knows it too, with these balances; the stub exchange takes any key."""
    keys = credentials_of(login_in(account, MarketType.SPOT))
    control.open_account(account.name, api_key=keys.api_key, secret=keys.secret, balances=balances)
