"""The control API's part for faults: which are set, limits, and filters that change meanwhile."""

from dataclasses import replace
from decimal import Decimal

from aiohttp import web

from accounts.sandbox.control_bodies import Body, Wrong
from accounts.sandbox.engine.commands import ChangeFilters
from accounts.sandbox.engine.decimals import is_multiple
from accounts.sandbox.engine.listings import LISTINGS
from accounts.sandbox.engine.refusals import Reason, Refused
from accounts.sandbox.errors import BAD_REQUEST, NOT_FOUND
from accounts.sandbox.faults import wording
from accounts.sandbox.faults.limits import INTERVALS, Bounds
from accounts.sandbox.formats import Row, plain
from accounts.sandbox.venue import Venue

_MOST = 999_999_999
_DAY_SECONDS = 86_400
_FILTERS = {"market", "symbol", "tick", "step", "minNotional"}


def faults(venue: Venue) -> list[Row]:
    """GET /sandbox/faults: those set, oldest first, and how often each has struck."""
    return [wording.row(standing) for standing in venue.faults.plan]


def set_limits(body: Body, venue: Venue) -> None:
    """POST /sandbox/limits: what was not sent is not enforced; what was used is forgotten."""
    orders = {interval: f"orders{interval}" for interval in INTERVALS}
    body.check_names({"weight1M", "banSeconds", *orders.values()})
    limits = {interval: _bound(body, name) for interval, name in orders.items()}
    bounds = Bounds(
        weight_per_minute=_bound(body, "weight1M"),
        orders={interval: limit for interval, limit in limits.items() if limit is not None},
    )
    if body.has("banSeconds"):
        bounds = replace(bounds, ban_seconds=body.integer("banSeconds", least=1, most=_DAY_SECONDS))
    venue.faults.enforce(bounds)


def refused(venue: Venue) -> list[Row]:
    """GET /sandbox/limits: how often a limit was enforced since it was set."""
    return [{"refused": venue.faults.limits.refused}]


def _bound(body: Body, name: str) -> int | None:
    return body.integer(name, least=1, most=_MOST) if body.has(name) else None


def change_filters(body: Body, venue: Venue) -> ChangeFilters:
    """POST /sandbox/filters: of a symbol, from now on; what was not sent is as first listed.

    Tick and step can only be made coarser: prices are still written as the listing writes them.
    """
    body.check_names(_FILTERS)
    market, symbol = body.market(), body.text("symbol")
    listed = LISTINGS[market].get(symbol)
    if listed is None:
        raise Refused(Reason.UNKNOWN_SYMBOL)
    return ChangeFilters(
        market=market,
        symbol=symbol,
        price_tick=_coarser(body, "tick", listed.price_tick),
        quantity_step=_coarser(body, "step", listed.quantity_step),
        min_notional=body.number("minNotional") if body.has("minNotional") else listed.min_notional,
    )


def _coarser(body: Body, name: str, listed: Decimal) -> Decimal:
    if not body.has(name):
        return listed
    step = body.number(name)
    if not step or not is_multiple(step, listed):
        raise Wrong(f"{name} is not a multiple of {plain(listed)}.")
    return step


def routes(venue: Venue) -> list[web.RouteDef]:
    """Where faults are listed, set and removed."""

    async def add(request: web.Request) -> web.Response:
        try:
            fault = wording.read(Body(await request.read()))
        except Wrong as wrong:
            return web.json_response({"error": str(wrong)}, status=BAD_REQUEST)
        return web.json_response(wording.row(venue.faults.plan.add(fault)))

    async def clear(request: web.Request) -> web.Response:
        del request
        venue.faults.clear()
        return web.json_response({})

    async def remove(request: web.Request) -> web.Response:
        number = int(request.match_info["number"])
        if not venue.faults.plan.remove(number):
            return web.json_response({"error": "There is no such fault."}, status=NOT_FOUND)
        return web.json_response({})

    return [
        web.post("/sandbox/faults", add),
        web.delete("/sandbox/faults", clear),
        web.delete(r"/sandbox/faults/{number:\d{1,9}}", remove),
    ]
