"""The limit: requests that are signed already, all at once through bare aiohttp, on the same kind
of event loop as our workers have. No platform."""

import asyncio
from typing import Any

import aiohttp
import uvloop

from tradeplatform.bench.rivals.process import Fire
from tradeplatform.bench.rivals.signed_orders import ORDER, clients


def prepare(exchange_url: str, accounts: int) -> Fire:
    """All requests, signed."""
    requests = [_signed(client) for client in clients(exchange_url, accounts)]
    loop = uvloop.new_event_loop()
    session = loop.run_until_complete(open_session())

    def fire(orders: int) -> None:
        loop.run_until_complete(send_all(session, requests[:orders]))

    return fire


def _signed(client: Any) -> dict[str, Any]:
    signed: dict[str, Any] = client.sign(
        "order", ["private"], "POST", client.create_order_request(*ORDER)
    )
    return signed


async def open_session() -> aiohttp.ClientSession:
    """One in which an answer that is no success raises aiohttp.ClientResponseError."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=75),
        cookie_jar=aiohttp.DummyCookieJar(),
        raise_for_status=True,
    )


async def send_all(session: aiohttp.ClientSession, requests: list[dict[str, Any]]) -> None:
    """Return once all of these are answered."""

    async def send(request: dict[str, Any]) -> None:
        async with session.post(
            request["url"], data=request["body"], headers=request["headers"]
        ) as answer:
            await answer.read()

    await asyncio.gather(*(send(request) for request in requests))
