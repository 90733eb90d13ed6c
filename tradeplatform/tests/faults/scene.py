"""A running platform on which things go wrong: what a trader sees of it, and its rows."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import dj_database_url
import psycopg2
from celery import Celery
from redis import Redis

from orders.tests.waiting import wait_for
from tradeplatform.lib.services.places import broker_url, database_url, valkey_socket
from tradeplatform.supervisor.tests.platform_process import PlatformProcess
from tradeplatform.tests.platform_client import Answer, PlatformClient, call

WORKERS = ("worker0", "worker1")
STREAMS = ("stream0", "stream1")


def limit_buy(price: str = "90000", *, symbol: str = "BTC/USDT", **fields: Any) -> dict[str, Any]:
    """The fields of a buy that rests below the market, by percent unless a quantity is given."""
    size = {} if "quantity" in fields else {"qty_per": 5}
    order = {"symbol": symbol, "side": "buy", "order_type": "LIMIT", "price": price}
    return {**order, **size, **fields}


@dataclass(frozen=True, slots=True)
class Stage:
    """The platform's processes, its webhook, its exchange, its database and its broker."""

    platform: PlatformProcess
    client: PlatformClient

    @contextmanager
    def dead(self, *names: str) -> Iterator[None]:
        """Killed without warning, and started again afterwards only."""
        with self.platform.restarting_nothing():
            killed = {name: self.platform.kill(name) for name in names}
            yield
        for name, pid in killed.items():
            self.platform.read_until_restarted(name, killed=pid)

    def post(self, body: dict[str, Any] | bytes, *, url: str | None = None) -> Answer:
        """Post an alert that is answered at once, with the printed token unless it is bytes."""
        if not isinstance(body, bytes):
            quickstart = self.client.quickstart
            usual = {"group_name": self.client.private, "token": quickstart["token"]}
            body = json.dumps(usual | body).encode()
        webhook = url or self.client.quickstart["webhook_url"]
        return call(webhook, data=body, headers={"Prefer": "respond-async"})

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the statement selects or returns in the platform's database."""
        place = dj_database_url.parse(database_url(self.platform.state_dir))
        connection = psycopg2.connect(
            host=place["HOST"], user=place["USER"], dbname=place["NAME"], port=place["PORT"] or None
        )
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement, values)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def value(self, statement: str, *values: Any) -> Any:
        """The only column of the only row."""
        ((value,),) = self.rows(statement, *values)
        return value

    def worker_of(self, account: str) -> str:
        """Which process sends the account's orders."""
        number = self.value("SELECT id FROM accounts_account WHERE name = %s", account)
        return f"worker{number % 2}"

    def held(self, account: str, group_name: str, symbol: str) -> Any:
        """The strategy's position there."""
        return self.value(
            "SELECT coalesce(sum(position.quantity), 0) FROM strategies_position position "
            "JOIN strategies_subscription pair ON pair.id = position.subscription_id "
            "JOIN strategies_strategy strategy ON strategy.id = pair.strategy_id "
            "JOIN accounts_account account ON account.id = pair.account_id "
            "WHERE (account.name, strategy.group_name, position.symbol) = (%s, %s, %s)",
            *(account, group_name, symbol),
        )

    def nudge(self, task: str, argument: int, *, shard: int) -> None:
        """Put a message into the shard's queue."""
        with self._celery() as app:
            app.send_task(task, args=[argument], queue=f"shard{shard}")

    def listens(self, worker: str) -> bool:
        """Whether the Celery worker of that name takes messages."""
        with self._celery() as app:
            return bool(app.control.ping(destination=[worker], timeout=1))

    def connections_of(self, application: str) -> int:
        """How many connections to the database a process has that was started under this name."""
        count: int = self.value(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", application
        )
        return count

    def broker(self) -> Redis:
        """A connection to Valkey."""
        return Redis(unix_socket_path=str(valkey_socket(self.platform.state_dir)))

    def _celery(self) -> Celery:
        """Speaks to the platform's broker; the test run's own application stays the current one."""
        return Celery(broker=broker_url(self.platform.state_dir), set_as_current=False)

    def spoil(self, **fault: Any) -> None:
        """Set a fault at the exchange."""
        self.client.sandbox("/sandbox/faults", fault)

    def heal(self) -> None:
        """Take all faults away, and clear the breakers that they opened."""
        url = self.client.quickstart["sandbox_url"] + "/sandbox/faults"
        urllib.request.urlopen(urllib.request.Request(url, method="DELETE"), timeout=10).close()
        self.rows(
            "UPDATE accounts_breaker SET is_open = false, openings = 0, "
            "changed_at = greatest(now(), changed_at + interval '1 ms') WHERE is_open"
        )

    def await_new(self, before: set[str], *, count: int) -> set[str]:
        """Wait for so many new orders at the exchange; their client order ids."""
        wait_for(lambda: len(self.client.venue_order_ids() - before) >= count, seconds=30)
        return self.client.venue_order_ids() - before
