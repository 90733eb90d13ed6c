"""The HTTP server: receives, checks who asks, lets the venue answer, and faults spoil that.

Everything runs on one event loop, and nothing between receiving a request and booking it awaits
anything but the request's body, so requests are booked whole and in order of arrival.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace

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
from accounts.sandbox.faults.acting import as_json, as_refusal, tell
from accounts.sandbox.faults.asked import Asked
from accounts.sandbox.faults.outcomes import Fate
from accounts.sandbox.parameters import Parameters, parse
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


@dataclass(frozen=True, slots=True)
class _Received:
    """A request, read."""

    key: str | None
    address: str
    query: str
    body: str
    parameters: Parameters
    at_us: int


def _handler(venue: Venue, route: Route) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        at_us = time.time_ns() // 1_000
        venue.requests[f"{route.method} {route.path}"] += 1
        try:
            received = _read(request, (await request.read()).decode(errors="replace"), at_us)
        except VenueError as error:
            return as_refusal(error)
        asked = _asked(venue, route, received)
        fate = venue.faults.fate(asked, at_us=at_us)
        truth = _truth(venue, route, received, fate) if fate.answer.is_booked else None
        counters = venue.faults.limits.headers(asked)
        if route.access is Access.TRADE and venue.latency_seconds:
            await asyncio.sleep(venue.latency_seconds)
        response = await tell(request, fate.answer, truth=truth, market=route.market)
        response.headers.update(counters)
        return response

    return handle


def _read(request: web.Request, body: str, at_us: int) -> _Received:
    query = request.raw_path.partition("?")[2]
    return _Received(
        key=request.headers.get("X-MBX-APIKEY"),
        address=request.remote or "",
        query=query,
        body=body,
        parameters=parse(query, body),
        at_us=at_us,
    )


def _asked(venue: Venue, route: Route, received: _Received) -> Asked:
    account = venue.exchange.account_of_key(received.key or "")
    return Asked(
        kind=route.kind,
        method=route.method,
        path=route.path,
        market=route.market,
        address=received.address,
        account="" if account is None else account.name,
        side=received.parameters.text("side") or "",
        symbol=received.parameters.text("symbol") or "",
    )


def _truth(venue: Venue, route: Route, received: _Received, fate: Fate) -> web.Response:
    """Do what is asked; what the exchange itself answers."""
    try:
        return as_json(route.answer(_call(venue, route, received, fate)), 200)
    except VenueError as error:
        return as_refusal(error)
    except Refused as refused:
        return as_refusal(of_refusal(route.market, refused))


def _call(venue: Venue, route: Route, received: _Received, fate: Fate) -> Call:
    clock_us = received.at_us + fate.clock_ms * 1_000
    call = Call(
        venue=venue,
        account="",
        parameters=received.parameters,
        at_us=received.at_us,
        clock_us=clock_us,
        known_until_us=received.at_us - fate.unseen_ms * 1_000,
    )
    if route.access is Access.PUBLIC:
        return call
    if route.access is Access.KEYED:
        return replace(call, account=identify(venue.exchange, received.key).name)
    account = authenticate(
        venue.exchange,
        key=received.key,
        query=received.query,
        body=received.body,
        parameters=received.parameters,
        at_us=clock_us,
    )
    return replace(call, account=account.name)


async def _about(request: web.Request) -> web.Response:
    del request
    return as_json(_ABOUT, 200)


async def _unknown(request: web.Request) -> web.Response:
    message = f"Path {request.path}, Method {request.method} is invalid"
    return as_refusal(VenueError(-5000, message, status=NOT_FOUND))


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
