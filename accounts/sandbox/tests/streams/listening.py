"""A bare WebSocket client of the sandbox: what it is sent, as it is sent."""

import hashlib
import hmac
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from accounts.sandbox.tests.trader import Trader, send

_PATIENCE_SECONDS = 10


class Listener:
    """One connection."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Over an open connection."""
        self.socket = socket

    async def next(self) -> Any:
        """The next message."""
        return await self.socket.receive_json(timeout=_PATIENCE_SECONDS)

    async def ask(self, **request: object) -> Any:
        """Send a request; its answer is the next message."""
        await self.socket.send_json(request)
        return await self.next()

    async def events(self, number: int) -> list[Any]:
        """The next so many events, out of their envelope."""
        messages = [await self.next() for _ in range(number)]
        return [message.get("event", message) for message in messages]


@asynccontextmanager
async def listening(url: str, path: str) -> AsyncIterator[Listener]:
    """Connect to `path` and stay connected."""
    async with aiohttp.ClientSession() as session, session.ws_connect(url + path) as socket:
        yield Listener(socket)


@asynccontextmanager
async def listening_to_spot(trader: Trader) -> AsyncIterator[Listener]:
    """A subscription to the trader's spot account."""
    async with listening(trader.url, "/ws-api/v3") as listener:
        answer = await listener.ask(id="s", method=SUBSCRIBE, params=signed(trader))
        assert (answer["status"], answer["result"]) == (200, {"subscriptionId": 0})
        yield listener


@asynccontextmanager
async def listening_to_futures(trader: Trader) -> AsyncIterator[Listener]:
    """A stream of the trader's futures account."""
    async with listening(trader.url, f"/futures/private/ws/{listen_key(trader)}") as listener:
        yield listener


SUBSCRIBE = "userDataStream.subscribe.signature"


def signed(trader: Trader, *, age_ms: int = 0) -> dict[str, object]:
    """Parameters of the trader, signed as Binance documents it for the WebSocket API."""
    timestamp = time.time_ns() // 1_000_000 - age_ms
    parameters: dict[str, object] = {"apiKey": trader.key, "timestamp": timestamp}
    text = "&".join(f"{name}={value}" for name, value in sorted(parameters.items()))
    signature = hmac.new(trader.secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return {**parameters, "signature": signature}


def ask_listen_key(trader: Trader, method: str) -> tuple[int, Any]:
    """Send POST, PUT or DELETE to the listen key endpoint."""
    headers = {"X-MBX-APIKEY": trader.key}
    return send(method, f"{trader.url}/fapi/v1/listenKey", headers=headers)


def listen_key(trader: Trader) -> str:
    """The trader's listen key."""
    return str(ask_listen_key(trader, "POST")[1]["listenKey"])
