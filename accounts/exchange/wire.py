"""ccxt's clients, watched: what leaves, what comes back, and by what clock requests are signed.

Here every request, also one that ccxt makes by itself, waits for its turn at the venue's limits.
"""

import hashlib
import hmac
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any

from accounts.exchange.errand import READ, Errand
from accounts.exchange.findings import Passage
from accounts.exchange.lazy_ccxt import ccxt
from accounts.exchange.limits.lanes import lane
from accounts.exchange.limits.limiter import Purse
from accounts.exchange.limits.quotas import Request

# ccxt only reads the dicts that it is given here.
_NOTHING: dict[str, Any] = {}
# What urllib leaves as it is.
_UNESCAPED = re.compile(r"[A-Za-z0-9_.~-]*")
# So long a request without a deadline of its own waits for its turn.
_PATIENCE_SECONDS = 60
# To lease a turn takes a round trip to Valkey.
_LEAST_PATIENCE_SECONDS = 1


@dataclass(slots=True)
class Clock:
    """By how much this machine's clock is ahead of a venue's, as it was measured last."""

    ahead_ms: int = 0


@dataclass(slots=True)
class Trace:
    """What one call is for and did on the wire; the answer is that of its last request."""

    errand: Errand = READ
    has_left: bool = False
    http_status: int | None = None
    body: str = ""
    retry_after: str = ""
    # Lets the call in at the gate: once, when its first request has had its turn at the limits.
    enter: Callable[[], Awaitable[Passage]] | None = None
    passage: Passage | None = None


# Binance's user data streams, spot and futures.
_LAST_EVENTS = frozenset({"eventStreamTerminated", "listenKeyExpired"})

# The running call's.
trace: ContextVar[Trace | None] = ContextVar("trace", default=None)


class _Observed:
    """Mixed into a ccxt class: notes in the running call's trace what leaves and what comes back.

    A client is shared by concurrent calls, so ccxt's own `last_http_response` may be another's.
    """

    clock: Clock  # shared by all clients of a market
    purse: Purse

    # The options' names are few.
    capitalize = staticmethod(cache(ccxt.Exchange.capitalize))

    @staticmethod
    def hmac(
        request: bytes, secret: bytes, algorithm: Any = hashlib.sha256, digest: str = "hex"
    ) -> Any:
        """ccxt's; the signature of most orders in a third of its time."""
        if algorithm is hashlib.sha256 and digest == "hex":
            return hmac.digest(secret, request, "sha256").hex()
        return ccxt.Exchange.hmac(request, secret, algorithm, digest)

    @staticmethod
    def urlencode(
        params: Mapping[str, object] = _NOTHING, doseq: bool = False, sort: bool = False
    ) -> str:
        """ccxt's, in a fifth of its time where no letter has to be escaped."""
        if not doseq:
            texts = {name: _text(value) for name, value in params.items()}
            if _UNESCAPED.fullmatch("".join((*texts, *texts.values()))):
                return "&".join(f"{name}={text}" for name, text in texts.items())
        return str(ccxt.Exchange.urlencode(params, doseq, sort))

    def nonce(self) -> int:
        """The time that a signed request bears, by the venue's clock."""
        return int(super().nonce()) - self.clock.ahead_ms  # type: ignore[misc]

    async def fetch2(
        self,
        path: str,
        api: Any = "public",
        method: Any = "GET",
        params: Any = _NOTHING,
        config: Any = _NOTHING,
    ) -> Any:
        """One request, sent once: it is signed after it has waited for its turn.

        Instead of ccxt's own, which can be told to repeat what failed.
        """
        noted = trace.get()
        errand = READ if noted is None else noted.errand
        cost = self.calculate_rate_limiter_cost(api, method, path, params, config)  # type: ignore[attr-defined]
        await self._await_turn(Request(cost, errand.is_new_order), errand)
        if noted is not None and noted.enter is not None:
            # ccxt makes some requests of a call at once: the first one enters for all.
            enter, noted.enter = noted.enter, None
            noted.passage = await enter()
        if errand.check is not None:
            await errand.check()
        signed = self.sign(path, api, method, params)  # type: ignore[attr-defined]
        return await self.fetch(signed["url"], signed["method"], signed["headers"], signed["body"])

    async def _await_turn(self, request: Request, errand: Errand) -> None:
        now = time.time()
        until = now + _PATIENCE_SECONDS
        if errand.until is not None:
            # What is late for another reason is for its own check to refuse.
            until = max(min(until, errand.until.timestamp()), now + _LEAST_PATIENCE_SECONDS)
        await self.purse.take(request, rank=errand.rank, until=until, lane=lane.get())

    async def fetch(
        self, url: str, method: str = "GET", headers: Any = None, body: Any = None
    ) -> Any:
        noted = trace.get()
        if noted is not None:
            noted.has_left, noted.http_status, noted.body, noted.retry_after = True, None, "", ""
        return await super().fetch(url, method, headers, body)  # type: ignore[misc]

    def on_rest_response(
        self, code: int, reason: str, url: str, method: str, headers: Any, *bodies: Any
    ) -> Any:
        body = super().on_rest_response(code, reason, url, method, headers, *bodies)  # type: ignore[misc]
        # As they came: HTTP says that capitals do not matter.
        told = {name.lower(): value for name, value in headers.items()}
        noted = trace.get()
        if noted is not None:
            noted.http_status, noted.body = code, body
            noted.retry_after = told.get("retry-after", "")
        self.purse.hear(told)
        return body

    def __del__(self) -> None:
        """Says nothing: ccxt would warn of an open session, but ours is shared."""


@cache
def observed_class(ccxt_id: str) -> type[Any]:
    """ccxt's asynchronous class of an exchange, with the wire observed."""
    return type(ccxt_id, (_Observed, getattr(ccxt.async_support, ccxt_id)), {})


def _text(value: object) -> str:
    """As ccxt writes a parameter."""
    return str(value).lower() if isinstance(value, bool) else str(value)


class _EndObserved:
    """Mixed into a streaming ccxt class: a stream that the venue ended fails.

    ccxt 4.5.90 lets Binance's last words pass, and what watches goes on to wait for ever.
    """

    def handle_message(self, client: Any, message: Any) -> None:
        if _event_of(message) in _LAST_EVENTS:
            client.reject(ccxt.async_support.NetworkError("the exchange ended the stream"))
        else:
            super().handle_message(client, message)  # type: ignore[misc]


def _event_of(message: Any) -> str:
    """The event's name; spot wraps its events, futures do not."""
    if not isinstance(message, dict):
        return ""
    wrapped = message.get("event")
    return str((wrapped if isinstance(wrapped, dict) else message).get("e") or "")


@cache
def streaming_class(ccxt_id: str) -> type[Any]:
    """ccxt's class of an exchange that can also hold a stream open, with the wire observed."""
    return type(ccxt_id, (_EndObserved, _Observed, getattr(ccxt.pro, ccxt_id)), {})
