"""A stub exchange: it takes every order, answers a set time later, and notes when each arrived.

It has no books, checks nothing and keeps nothing, so that of the processor's time that a benchmark
measures as little as possible is the exchange's. Binance's spot dialect, as far as it is asked for.

    python -m tradeplatform.bench.stub --latency-ms 50
"""

import argparse
import asyncio
import itertools
import json
import sys
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from tradeplatform.bench.stub_answers import EXCHANGE_INFO, account, canceled, new_order

_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = b"content-length:"


class StubExchange:
    """What all connections share: the latency, the order numbers, the arrivals."""

    def __init__(self, *, latency_seconds: float) -> None:
        self.latency_seconds = latency_seconds
        # By CLOCK_MONOTONIC, which all processes of a machine share.
        self._arrivals: list[float] = []
        self._numbers = itertools.count(1)
        self._answers: dict[bytes, Callable[[bytes], Any]] = {
            b"GET /api/v3/exchangeInfo": lambda _: EXCHANGE_INFO,
            b"GET /api/v3/ticker/price": lambda _: {"symbol": "BTCUSDT", "price": "50000.00"},
            b"GET /api/v3/ticker/24hr": lambda _: {"symbol": "BTCUSDT", "lastPrice": "50000.00"},
            b"GET /api/v3/time": lambda _: {"serverTime": int(time.time() * 1000)},
            b"GET /api/v3/account": lambda _: account(),
            b"GET /api/v3/openOrders": lambda _: [],
            b"GET /api/v3/myTrades": lambda _: [],
            b"GET /stub/arrivals": lambda _: self._arrivals,
            b"POST /stub/reset": lambda _: self._arrivals.clear(),
        }

    def answer(self, method: bytes, target: bytes, body: bytes) -> tuple[Any, float]:
        """The JSON to answer a request with, and after how many seconds."""
        path, _, query = target.partition(b"?")
        if path == b"/api/v3/order":
            return self._order(method, query, body)
        known = self._answers.get(method + b" " + path)
        return ({} if known is None else known(body)), 0.0

    def _order(self, method: bytes, query: bytes, body: bytes) -> tuple[Any, float]:
        asked = {name: values[0] for name, values in parse_qs((body or query).decode()).items()}
        if method == b"POST":
            self._arrivals.append(time.monotonic())
            return new_order(asked, number=next(self._numbers)), self.latency_seconds
        return canceled(asked), self.latency_seconds


class _Connection(asyncio.Protocol):
    """Reads requests off one connection, several in a row if they come so."""

    def __init__(self, exchange: StubExchange) -> None:
        self._exchange = exchange
        self._unread = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not isinstance(transport, asyncio.WriteTransport):
            raise TypeError("a connection that cannot be written to")
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._unread += data
        while (request := self._next_request()) is not None:
            answer, seconds = self._exchange.answer(*request)
            if seconds:
                asyncio.get_running_loop().call_later(seconds, self._write, answer)
            else:
                self._write(answer)

    def _next_request(self) -> tuple[bytes, bytes, bytes] | None:
        """Method, target and body; None while it has not come whole."""
        head, separator, rest = self._unread.partition(_END_OF_HEAD)
        length = _content_length(head)
        if not separator or len(rest) < length:
            return None
        self._unread = rest[length:]
        method, target, _ = head.split(b" ", 2)
        return method, target, rest[:length]

    def _write(self, answer: Any) -> None:
        if self._transport.is_closing():
            return
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        self._transport.write(head % len(body) + body)


def _content_length(head: bytes) -> int:
    lowered = head.lower()
    start = lowered.find(_LENGTH)
    if start < 0:
        return 0
    return int(lowered[start + len(_LENGTH) :].split(b"\r\n", 1)[0])


async def serve(*, latency_seconds: float) -> None:
    """Listen on a free port of loopback, print the address, run until killed."""
    exchange = StubExchange(latency_seconds=latency_seconds)
    server = await asyncio.get_running_loop().create_server(
        lambda: _Connection(exchange), "127.0.0.1", 0, backlog=4096
    )
    port = server.sockets[0].getsockname()[1]
    sys.stdout.write(f"stub exchange: http://127.0.0.1:{port}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency-ms", type=float, default=50)
    asyncio.run(serve(latency_seconds=parser.parse_args().latency_ms / 1000))
