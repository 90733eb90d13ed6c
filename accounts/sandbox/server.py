"""The HTTP server: receives, checks who asks, lets the venue answer, delays if told to.

Everything runs on one event loop, and nothing between receiving a request and booking it awaits
anything but the request's body, so requests are booked whole and in order of arrival.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import web

from accounts.sandbox import (
    control_api,
    exchange_info,
    futures_account_api,
    futures_api,
    market_data,
    spot_api,
)
from accounts.sandbox.engine.refusals import Refused
from accounts.sandbox.errors import NOT_FOUND, VenueError, of_refusal
from accounts.sandbox.parameters import parse
from accounts.sandbox.routes import Access, Call, Handler, Route
from accounts.sandbox.signing import authenticate, identify
from accounts.sandbox.streams import futures_socket, listen_key_api, spot_socket
from accounts.sandbox.venue import Venue

_TICK_SECONDS = 1.0
_ROUTES = (
    *exchange_info.ROUTES,
    *market_data.ROUTES,
    *spot_api.ROUTES,
    *futures_api.ROUTES,
    *futures_account_api.ROUTES,
    *listen_key_api.ROUTES,
)
_ABOUT = {
    "name": "tradeplatform sandbox exchange",
    "simulation": True,
    "about": "A simulated exchange in Binance's dialect. No order here reaches a real market.",
    "spot": "/api/v3",
    "futures": "/fapi/v1",
    "spotStreams": "/ws-api/v3",
    "futuresStreams": "/futures/ws",
    "control": "/sandbox",
}


def application(venue: Venue) -> web.Application:
    """The server over `venue`; closes the venue when it stops."""
    app = web.Application()
    app.router.add_get("/", _about)
    app.router.add_routes(control_api.routes(venue))
    for route in _ROUTES:
        app.router.add_route(route.method, route.path, _handler(venue, route))
    app.router.add_routes([*spot_socket.routes(venue), *futures_socket.routes(venue)])
    app.router.add_route("*", "/{path:.*}", _unknown)
    app.on_shutdown.append(_hanging_up(venue))
    app.cleanup_ctx.append(_ticking(venue))
    return app


def _handler(venue: Venue, route: Route) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        at_us = time.time_ns() // 1_000
        venue.requests[f"{route.method} {route.path}"] += 1
        try:
            body = (await request.read()).decode(errors="replace")
            answer, status = route.answer(_call(venue, route, request, body, at_us)), 200
        except VenueError as error:
            answer, status = _error(error)
        except Refused as refused:
            answer, status = _error(of_refusal(route.market, refused))
        if route.access is Access.TRADE and venue.latency_seconds:
            await asyncio.sleep(venue.latency_seconds)
        return _json(answer, status)

    return handle


def _call(venue: Venue, route: Route, request: web.Request, body: str, at_us: int) -> Call:
    query = request.raw_path.partition("?")[2]
    parameters = parse(query, body)
    key = request.headers.get("X-MBX-APIKEY")
    if route.access is Access.PUBLIC:
        return Call(venue, "", parameters, at_us)
    if route.access is Access.KEYED:
        return Call(venue, identify(venue.exchange, key).name, parameters, at_us)
    account = authenticate(
        venue.exchange,
        key=key,
        query=query,
        body=body,
        parameters=parameters,
        at_us=at_us,
    )
    return Call(venue, account.name, parameters, at_us)


def _error(error: VenueError) -> tuple[object, int]:
    return {"code": error.code, "msg": error.message}, error.status


def _json(answer: object, status: int) -> web.Response:
    text = json.dumps(answer, separators=(",", ":"))
    return web.Response(text=text, status=status, content_type="application/json")


async def _about(request: web.Request) -> web.Response:
    del request
    return _json(_ABOUT, 200)


async def _unknown(request: web.Request) -> web.Response:
    message = f"Path {request.path}, Method {request.method} is invalid"
    return _json(*_error(VenueError(-5000, message, status=NOT_FOUND)))


def _hanging_up(venue: Venue) -> Callable[[web.Application], Awaitable[None]]:
    async def hang_up(app: web.Application) -> None:
        del app
        venue.streams.drop_all()

    return hang_up


def _ticking(venue: Venue) -> Callable[[web.Application], AsyncIterator[None]]:
    async def tick_for_ever() -> None:
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            venue.tick(at_us=time.time_ns() // 1_000)

    async def context(app: web.Application) -> AsyncIterator[None]:
        del app
        ticking = asyncio.create_task(tick_for_ever())
        yield
        ticking.cancel()
        venue.close()

    return context
