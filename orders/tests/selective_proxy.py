"""A proxy before the sandbox that misbehaves for one API key, or counts what everybody asks."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web

Misbehaviour = Callable[[web.Request], Awaitable[web.StreamResponse | None]]


async def hang(request: web.Request) -> web.Response | None:
    """Never answer, and never pass the request on."""
    await asyncio.sleep(60)
    return None


async def answer_html(request: web.Request) -> web.Response | None:
    """Answer an order with a page, as a content delivery network does; the order is not placed."""
    if request.method == "POST":
        return web.Response(text="<html>all is well</html>", content_type="text/html")
    return None


class CountCalls:
    """Passes everything on and remembers the method and path of each request with a key."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []

    async def __call__(self, request: web.Request) -> web.Response | None:
        """Count it."""
        if "X-MBX-APIKEY" in request.headers:
            self.calls.append((request.method, request.path))
        return None


class SelectiveProxy:
    """`with SelectiveProxy(url, api_key=…, misbehaviour=hang) as proxy:` listens at `proxy.url`.

    Without a key it treats everybody's requests alike.
    """

    def __init__(
        self, target: str, *, misbehaviour: Misbehaviour, api_key: str | None = None
    ) -> None:
        self._target = target
        self._api_key = api_key
        self._misbehaviour = misbehaviour
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.url = ""

    def __enter__(self) -> Self:
        """Start listening."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(timeout=10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop, whatever still hangs."""
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _start(self) -> None:
        self._session = aiohttp.ClientSession()
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(application, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def _stop(self) -> None:
        await self._runner.cleanup()
        await self._session.close()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if self._api_key in (None, request.headers.get("X-MBX-APIKEY")):
            answer = await self._misbehaviour(request)
            if answer is not None:
                return answer
        headers = {
            name: value
            for name, value in request.headers.items()
            if name.lower() not in ("host", "content-length", "accept-encoding")
        }
        async with self._session.request(
            request.method,
            self._target + request.path_qs,
            data=await request.read(),
            headers=headers,
        ) as answer_of_target:
            return web.Response(
                status=answer_of_target.status,
                body=await answer_of_target.read(),
                content_type=answer_of_target.content_type,
            )
