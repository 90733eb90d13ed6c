"""A redirect is an answer of unknown meaning, never a reason to send once more."""

import asyncio

import aiohttp
import pytest
from aiohttp import web

from accounts.exchange.desk import close_desk, desk


async def _post_through_a_redirect() -> list[str]:
    seen: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.path)
        return web.Response(status=307, headers={"Location": "/again"})

    application = web.Application()
    application.router.add_post("/{path:.*}", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    with pytest.raises(aiohttp.ClientError, match="HTTP 307"):
        await desk()._session.post(f"http://{host}:{port}/order", data="quantity=1")
    await close_desk()
    await runner.cleanup()
    return seen


@pytest.mark.scenario(96)
def test_a_redirected_order_is_not_sent_a_second_time() -> None:
    assert asyncio.run(_post_through_a_redirect()) == ["/order"]
