"""The limit: requests that are signed already, all at once through bare aiohttp. No platform."""

import asyncio
from typing import Any

import aiohttp

from tradeplatform.bench.rivals.process import Fire
from tradeplatform.bench.rivals.signed_orders import ORDER, clients


def prepare(exchange_url: str, accounts: int) -> Fire:
    """All requests, signed."""
    requests = [_signed(client) for client in clients(exchange_url, accounts)]
    loop = asyncio.new_event_loop()
    session = loop.run_until_complete(_open_session())

    def fire(orders: int) -> None:
        loop.run_until_complete(_send(session, requests[:orders]))

    return fire


def _signed(client: Any) -> dict[str, Any]:
    signed: dict[str, Any] = client.sign(
        "order", ["private"], "POST", client.create_order_request(*ORDER)
    )
    return signed


async def _open_session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=75),
        cookie_jar=aiohttp.DummyCookieJar(),
    )


async def _send(session: aiohttp.ClientSession, requests: list[dict[str, Any]]) -> None:
    async def send(request: dict[str, Any]) -> None:
        async with session.post(
            request["url"], data=request["body"], headers=request["headers"]
        ) as answer:
            await answer.read()

    await asyncio.gather(*(send(request) for request in requests))
