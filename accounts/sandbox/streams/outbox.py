"""What waits to be written to one connection; a reader too slow for it is cut off.

Invariant: nothing here waits for the reader but the writing task, so the exchange never does.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

_LIMIT = 1_000  # messages; beyond what the connection's own buffers take
_PING_SECONDS = 20  # as Binance's spot servers ping; who does not answer is disconnected


class Outbox:
    """Texts on their way to one connection, in order."""

    def __init__(
        self,
        send: Callable[[str], Awaitable[None]],
        *,
        cut: Callable[[], None],
        limit: int = _LIMIT,
    ) -> None:
        """Write with `send`; `cut` ends the connection without a word."""
        self._send = send
        self._cut = cut
        self._waiting: asyncio.Queue[str] = asyncio.Queue(limit)
        self._writing = asyncio.create_task(self._write())

    def put(self, text: str) -> None:
        """Send `text` when its turn comes; cuts the connection when too much waits already."""
        try:
            self._waiting.put_nowait(text)
        except asyncio.QueueFull:
            self.cut()

    def cut(self) -> None:
        """End the connection at once; what waits is lost."""
        self.close()
        self._cut()

    def close(self) -> None:
        """Stop writing."""
        self._writing.cancel()

    async def _write(self) -> None:
        while True:
            text = await self._waiting.get()
            try:
                await self._send(text)
            except ConnectionError:  # the reader is gone; who reads from it notices too
                return


@asynccontextmanager
async def accepted(request: web.Request) -> AsyncIterator[tuple[web.WebSocketResponse, Outbox]]:
    """Make `request` a WebSocket, with an outbox that lasts as long as the block does."""
    # Uncompressed: nothing leaves this machine, and compressing would take the exchange's time.
    socket = web.WebSocketResponse(heartbeat=_PING_SECONDS, compress=False)
    await socket.prepare(request)

    def cut() -> None:
        if request.transport is not None:
            request.transport.abort()

    outbox = Outbox(socket.send_str, cut=cut)
    try:
        yield socket, outbox
    finally:
        outbox.close()
