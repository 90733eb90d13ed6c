"""The spot market's WebSocket API, as far as user-data streams need it (/ws-api/v3).

A connection asks with JSON requests, whose `id` is echoed, and may subscribe to several accounts,
to each of them once. Source: binance-spot-api-docs, web-socket-api.md.
"""

import time
from itertools import count

from aiohttp import WSMsgType, web

from accounts.sandbox.engine.listings import Market
from accounts.sandbox.errors import VenueError
from accounts.sandbox.formats import Row
from accounts.sandbox.routes import Handler
from accounts.sandbox.signing import authenticate
from accounts.sandbox.streams import spot_events
from accounts.sandbox.streams.hub import Subscription, event_text
from accounts.sandbox.streams.outbox import Outbox, accepted
from accounts.sandbox.streams.requests import Request, read
from accounts.sandbox.venue import Venue


class Session:
    """One connection and its subscriptions."""

    def __init__(self, venue: Venue, outbox: Outbox) -> None:
        """Nothing is subscribed to."""
        self._venue = venue
        self._outbox = outbox
        self._subscriptions: dict[int, Subscription] = {}
        self._numbers = count()
        self._methods = {
            "ping": self._ping,
            "userDataStream.subscribe.signature": self._subscribe,
            "userDataStream.unsubscribe": self._unsubscribe,
        }

    def handle(self, text: str, *, at_us: int) -> None:
        """Do what is asked for and send the answer."""
        request_id: object = None
        try:
            request = read(text)
            request_id = request.id
            answer = {"status": 200, "result": self._act(request, at_us)}
        except VenueError as error:
            body = {"code": error.code, "msg": error.message}
            answer = {"status": error.status, "error": body}
        self._outbox.put(event_text({"id": request_id, **answer}))

    def close(self) -> None:
        """End every subscription."""
        for subscription in self._subscriptions.values():
            self._venue.streams.remove(subscription)

    def _act(self, request: Request, at_us: int) -> Row:
        method = self._methods.get(request.method)
        if method is None:
            raise VenueError(-1020, "This operation is not supported.")
        return method(request, at_us)

    def _ping(self, request: Request, at_us: int) -> Row:
        del request, at_us
        return {}

    def _subscribe(self, request: Request, at_us: int) -> Row:
        account = authenticate(
            self._venue.exchange,
            key=request.parameters.text("apiKey"),
            query=request.signed_text,
            body="",
            parameters=request.parameters,
            at_us=at_us,
        )
        if any(subscription.account == account.name for subscription in self._open()):
            raise VenueError(-2035, "User Data Stream subscription already active.")
        number = next(self._numbers)
        subscription = Subscription(account.name, Market.SPOT, self._outbox, number)
        self._subscriptions[number] = subscription
        self._venue.streams.add(subscription)
        return {"subscriptionId": number}

    def _unsubscribe(self, request: Request, at_us: int) -> Row:
        """Of one `subscriptionId`, or of all."""
        number = request.parameters.integer("subscriptionId")
        ended = [sub for sub in self._open() if number in (None, sub.number)]
        if not ended:
            raise VenueError(-2036, "User Data Stream subscription not active.")
        for subscription in ended:
            self._venue.streams.remove(subscription)
            subscription.send(event_text(spot_events.terminated(at_us=at_us)))
        return {}

    def _open(self) -> list[Subscription]:
        streams = self._venue.streams
        return [sub for sub in self._subscriptions.values() if streams.has(sub)]


def routes(venue: Venue) -> list[web.RouteDef]:
    """Where the WebSocket API is spoken."""
    return [web.get("/ws-api/v3", _serving(venue))]


def _serving(venue: Venue) -> Handler:
    async def serve(request: web.Request) -> web.StreamResponse:
        async with accepted(request) as (socket, outbox):
            session = Session(venue, outbox)
            try:
                async for message in socket:
                    if message.type is WSMsgType.TEXT:
                        session.handle(message.data, at_us=time.time_ns() // 1_000)
            finally:
                session.close()
        return socket

    return serve
