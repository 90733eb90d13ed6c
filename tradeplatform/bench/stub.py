"""A stub exchange: it takes every order, answers a set time later, and notes when each arrived.

Nothing fills and nothing is checked, so that of the processor's time that a benchmark
measures as little as possible is the exchange's. Binance's spot dialect, as far as it is asked for.

    python -m tradeplatform.bench.stub --latency-ms 50
"""

import argparse
import asyncio
import itertools
import json
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qs

import uvloop

from tradeplatform.bench.stub_answers import EXCHANGE_INFO, account, new_order
from tradeplatform.lib.services.piped import say

_END_OF_HEAD = b"\r\n\r\n"
_NO_SUCH_ORDER = {"code": -2013, "msg": "Order does not exist."}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request as it came: its line, its headers, its body."""

    head: bytes
    body: bytes

    @property
    def endpoint(self) -> bytes:
        """Such as `POST /api/v3/order`."""
        return self.head.split(b" HTTP/", 1)[0].partition(b"?")[0]

    @property
    def parameters(self) -> dict[str, str]:
        query = self.body or self.head.split(b" HTTP/", 1)[0].partition(b"?")[2]
        return {name: values[0] for name, values in parse_qs(query.decode()).items()}

    @property
    def key(self) -> bytes:
        return _header(self.head, b"x-mbx-apikey")


class StubExchange:
    """What all connections share: the latency, the orders, when they arrived."""

    def __init__(self, *, latency_seconds: float) -> None:
        self._latency_seconds = latency_seconds
        # By CLOCK_MONOTONIC, which all processes of a machine share.
        self._arrivals: list[float] = []
        self._placed: list[str] = []  # client order ids
        self._numbers = itertools.count(1)
        # By API key and client order id: all that was placed and not canceled.
        self._open: defaultdict[bytes, dict[str, Any]] = defaultdict(dict)
        self._answers: dict[bytes, Callable[[_Asked], Any]] = {
            b"POST /api/v3/order": self._place,
            b"GET /api/v3/order": self._show,
            b"DELETE /api/v3/order": self._cancel,
            b"GET /api/v3/openOrders": lambda asked: list(self._open[asked.key].values()),
            b"GET /api/v3/exchangeInfo": lambda _: EXCHANGE_INFO,
            b"GET /api/v3/ticker/24hr": lambda _: {"symbol": "BTCUSDT", "lastPrice": "50000.00"},
            b"GET /api/v3/time": lambda _: {"serverTime": int(time.time() * 1000)},
            b"GET /api/v3/account": lambda _: account(),
            b"GET /api/v3/myTrades": lambda _: [],
            b"GET /stub/arrivals": lambda _: self._arrivals,
            b"GET /stub/placed": lambda _: self._placed,
            b"GET /stub/open": lambda _: sum(map(len, self._open.values())),
            b"POST /stub/forget": self._forget,
        }

    def note(self, asked: _Asked) -> float:
        """What is done at once; after how many seconds the request is to be answered."""
        if not asked.head.startswith((b"POST /api/v3/order", b"DELETE /api/v3/order")):
            return 0
        self._arrivals.append(time.monotonic())
        return self._latency_seconds

    def answer(self, asked: _Asked) -> Any:
        """The JSON to answer with, or its bytes."""
        known = self._answers.get(asked.endpoint)
        return {} if known is None else known(asked)

    def _place(self, asked: _Asked) -> Any:
        order = new_order(asked.parameters, number=next(self._numbers))
        self._open[asked.key][order["clientOrderId"]] = order
        self._placed.append(order["clientOrderId"])
        return order

    def _show(self, asked: _Asked) -> Any:
        wanted = asked.parameters
        for order in self._open[asked.key].values():
            if wanted.get("origClientOrderId") == order["clientOrderId"]:
                return order
            if wanted.get("orderId") == str(order["orderId"]):
                return order
        return _NO_SUCH_ORDER

    def _cancel(self, asked: _Asked) -> Any:
        order = self._show(asked)
        self._open[asked.key].pop(order.get("clientOrderId", ""), None)
        return {**order, "status": "CANCELED"}

    def _forget(self, asked: _Asked) -> None:
        """All orders and arrivals."""
        self._arrivals.clear()
        self._placed.clear()
        self._open.clear()


class _Connection(asyncio.Protocol):
    """Reads requests off one connection, several in a row if they come so."""

    def __init__(self, exchange: StubExchange) -> None:
        self._exchange = exchange
        self._unread = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        self._unread += data
        while (asked := self._next_request()) is not None:
            seconds = self._exchange.note(asked)
            if seconds:
                asyncio.get_running_loop().call_later(seconds, self._answer, asked)
            else:
                self._answer(asked)

    def _next_request(self) -> _Asked | None:
        """None while it has not come whole."""
        head, separator, rest = self._unread.partition(_END_OF_HEAD)
        length = int(_header(head, b"content-length") or 0)
        if not separator or len(rest) < length:
            return None
        self._unread = rest[length:]
        return _Asked(head, rest[:length])

    def _answer(self, asked: _Asked) -> None:
        answer = self._exchange.answer(asked)  # done, whether or not somebody waits to hear of it
        if self._transport.is_closing():
            return
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        self._transport.write(head % len(body) + body)


def _header(head: bytes, name: bytes) -> bytes:
    """Its value in lower case, empty if there is none."""
    lines = head.lower()
    start = lines.find(name + b":")
    return b"" if start < 0 else lines[start + len(name) + 1 :].split(b"\r\n", 1)[0].strip()


async def serve(*, latency_seconds: float) -> None:
    """Listen on a free port of loopback, print the address, run until killed."""
    exchange = StubExchange(latency_seconds=latency_seconds)
    server = await asyncio.get_running_loop().create_server(
        lambda: _Connection(exchange), "127.0.0.1", 0, backlog=4096
    )
    port = server.sockets[0].getsockname()[1]
    say(f"stub exchange: http://127.0.0.1:{port}")
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency-ms", type=float, default=50)
    uvloop.run(serve(latency_seconds=parser.parse_args().latency_ms / 1000))
