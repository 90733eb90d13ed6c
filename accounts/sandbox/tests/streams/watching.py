"""Unpatched ccxt.pro clients that watch one account; only their addresses are the sandbox's."""

import asyncio
import copy
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import ccxt.pro

from accounts.sandbox.tests.trader import Trader, listed

_PATIENCE_SECONDS = 10  # until a test gives up on what never comes


@dataclass(frozen=True, slots=True)
class Market:
    """One market as the sandbox, REST and ccxt call it."""

    name: str
    kind: Any
    symbol: str
    orders: str


SPOT = Market("spot", ccxt.pro.binance, "BTC/USDT", "/api/v3/order")
FUTURES = Market("futures", ccxt.pro.binanceusdm, "BTC/USDT:USDT", "/fapi/v1/order")


def connect(market: Market, trader: Trader, **options: object) -> Any:
    """A ccxt.pro client of the account."""
    credentials = {"apiKey": trader.key, "secret": trader.secret}
    client = market.kind({**credentials, "enableRateLimit": False, "options": options})
    client.has["fetchCurrencies"] = False
    for family, address in client.urls["api"].items():
        if family != "ws":
            client.urls["api"][family] = f"{trader.url}/{address.split('/', 3)[3]}"
    base = trader.url.replace("http", "ws", 1)
    client.urls["api"]["ws"] = {
        "linear": f"{base}/futures/ws",
        "ws-api": {"spot": f"{base}/ws-api/v3"},
    }
    return client


@dataclass(slots=True)
class Watch:
    """What a client has been told so far: copies, for ccxt changes its own in place."""

    client: Any
    orders: list[Any] = field(default_factory=list)
    trades: list[Any] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)

    def order(self, order_id: str) -> list[Any]:
        """Every report of one order."""
        return [order for order in self.orders if order["id"] == order_id]

    def has_order(self, order_id: str, **fields: object) -> Callable[[], bool]:
        """Whether the newest report of an order says this."""

        def met() -> bool:
            reports = self.order(order_id)
            return bool(reports) and fields.items() <= reports[-1].items()

        return met

    async def follow(self, ask: Callable[[], Awaitable[list[Any]]], told: list[Any]) -> None:
        """Keep asking, as a program would."""
        while True:
            try:
                told.extend(copy.deepcopy(await ask()))
            except ccxt.BaseError as error:
                self.errors.append(error)


async def until(met: Callable[[], bool]) -> None:
    """Wait for it; TimeoutError when it never comes."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while not met():
            await asyncio.sleep(0.01)


def open_streams(trader: Trader, market: Market) -> int:
    """How many streams of the trader the sandbox has open on a market."""
    return sum(
        row["open"]
        for row in listed(trader.url, "streams")
        if trader.key == f"key-{row['account']}" and row["market"] == market.name
    )


@asynccontextmanager
async def watching(market: Market, trader: Trader, **options: object) -> AsyncIterator[Watch]:
    """Watch the account's orders and trades, from when the stream is open."""
    client = connect(market, trader, **options)
    watch = Watch(client)
    await client.load_markets()
    following = [
        asyncio.create_task(watch.follow(client.watch_orders, watch.orders)),
        asyncio.create_task(watch.follow(client.watch_my_trades, watch.trades)),
    ]
    try:
        await until(lambda: open_streams(trader, market) == 1)
        yield watch
    finally:
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
        await client.close()
