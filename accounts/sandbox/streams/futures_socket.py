"""The futures market's streams: one WebSocket per listen key, which stands in its address.

Binance's pages have the key in the path (/private/ws/<key>, formerly /ws/<key>), ccxt 4.5.90 in the
query (/private/ws?listenKey=<key>). A key that is not good is refused with -1125 and no WebSocket.
"""

from aiohttp import web

from accounts.sandbox.engine.listings import Market
from accounts.sandbox.errors import no_such_listen_key
from accounts.sandbox.routes import Handler
from accounts.sandbox.streams.hub import Subscription
from accounts.sandbox.streams.outbox import accepted
from accounts.sandbox.venue import Venue

_PATHS = ("/futures/private/ws", "/futures/private/ws/{listenKey}", "/futures/ws/{listenKey}")


def routes(venue: Venue) -> list[web.RouteDef]:
    """Where futures streams are opened."""
    return [web.get(path, _streaming(venue)) for path in _PATHS]


def _streaming(venue: Venue) -> Handler:
    async def stream(request: web.Request) -> web.StreamResponse:
        key = request.match_info.get("listenKey") or request.query.get("listenKey", "")
        account = venue.streams.listen_keys.account_of(key)
        if account is None:
            error = no_such_listen_key()
            body = {"code": error.code, "msg": error.message}
            return web.json_response(body, status=error.status)
        async with accepted(request) as (socket, outbox):
            subscription = Subscription(account, Market.FUTURES, outbox)
            venue.streams.add(subscription)
            try:
                async for _ in socket:
                    pass  # nothing is asked for on this connection
            finally:
                venue.streams.remove(subscription)
        return socket

    return stream
