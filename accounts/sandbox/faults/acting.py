"""Tells a request what its fate has it told: the truth, something else, or nothing."""

import asyncio
import json

from aiohttp import web

from accounts.sandbox.engine.listings import Market
from accounts.sandbox.errors import VenueError
from accounts.sandbox.faults.outcomes import Answer, Reply
from accounts.sandbox.faults.texts import refusal

_HEARD_SECONDS = 0.2  # how often a silent answer looks whether anybody still listens
_HTML = "<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
_HALF = '{"symbol":"BTCUSDT","orderId":'
_OK = 200


def as_json(answer: object, status: int) -> web.Response:
    """An answer of the exchange."""
    text = json.dumps(answer, separators=(",", ":"))
    return web.Response(text=text, status=status, content_type="application/json")


def as_refusal(error: VenueError) -> web.Response:
    """A refusal as Binance puts it."""
    return as_json({"code": error.code, "msg": error.message}, error.status)


async def tell(
    request: web.Request, answer: Answer, *, truth: web.Response | None, market: Market
) -> web.Response:
    """What goes back; `truth` is the exchange's own answer, None when nothing was done."""
    if answer.delay_ms:
        await asyncio.sleep(answer.delay_ms / 1_000)
    if answer.reply is Reply.TRUTH and truth is not None:
        return truth
    if answer.reply is Reply.SILENCE:
        await _until_gone(request)
    if answer.reply is Reply.CUT and request.transport is not None:
        request.transport.abort()
    return _spoiled(answer, market)


async def _until_gone(request: web.Request) -> None:
    while request.transport is not None:
        await asyncio.sleep(_HEARD_SECONDS)


def _spoiled(answer: Answer, market: Market) -> web.Response:
    if answer.reply is Reply.REFUSAL:
        return _refused(answer, market)
    if answer.reply is Reply.HALF:
        return web.Response(text=_HALF, content_type="application/json")
    if answer.reply in (Reply.HTML, Reply.STATUS):
        status = answer.status or _OK
        page = _HTML.format(title=f"{status} from the gateway")
        return web.Response(text=page, status=status, content_type="text/html")
    return web.Response()  # empty; after SILENCE and CUT nobody hears it


def _refused(answer: Answer, market: Market) -> web.Response:
    told = refusal(market, answer.code)
    message = answer.message or told.message
    response = as_refusal(VenueError(answer.code, message, status=answer.status or told.status))
    if answer.retry_after_seconds is not None:
        response.headers["Retry-After"] = str(answer.retry_after_seconds)
    return response
