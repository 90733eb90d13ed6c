"""The one place where a call enters ccxt and where its exceptions become our four answers.

What happened on the wire is recorded, not guessed: a call whose request was never handed to the
network was not sent, whatever ccxt raised.
"""

import logging
import traceback
from collections.abc import Coroutine
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import ccxt.async_support
import ccxt.pro

from accounts.exchange.errors import Failure, classify
from accounts.exchange.types import ExchangeAnswer

logger = logging.getLogger(__name__)

_Result = TypeVar("_Result")


@dataclass(slots=True)
class _Trace:
    """What one call did on the wire; the answer is that of its last request."""

    has_left: bool = False
    http_status: int | None = None
    body: str = ""


# Binance's user data streams, spot and futures.
_LAST_EVENTS = frozenset({"eventStreamTerminated", "listenKeyExpired"})

_trace: ContextVar[_Trace | None] = ContextVar("trace", default=None)


class _Observed:
    """Mixed into a ccxt class: notes in the running call's trace what leaves and what comes back.

    A client is shared by concurrent calls, so ccxt's own `last_http_response` may be another's.
    """

    async def fetch(
        self, url: str, method: str = "GET", headers: Any = None, body: Any = None
    ) -> Any:
        trace = _trace.get()
        if trace is not None:
            trace.has_left, trace.http_status, trace.body = True, None, ""
        return await super().fetch(url, method, headers, body)  # type: ignore[misc]

    def on_rest_response(self, code: int, *details: Any) -> Any:
        body = super().on_rest_response(code, *details)  # type: ignore[misc]
        trace = _trace.get()
        if trace is not None:
            trace.http_status, trace.body = code, body
        return body

    def __del__(self) -> None:
        """Says nothing: ccxt would warn of an open session, but ours is shared."""


@cache
def observed_class(ccxt_id: str) -> type[Any]:
    """ccxt's asynchronous class of an exchange, with the wire observed."""
    return type(ccxt_id, (_Observed, getattr(ccxt.async_support, ccxt_id)), {})


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


async def send(call: Coroutine[Any, Any, _Result], *, venue: str) -> _Result:
    """Await a ccxt call that changes something at the venue, once.

    Raises NotSent, Rejected, OrderGone or OutcomeUnknown, nothing else.
    """
    return await _answered(call, venue=venue, is_read=False)


async def ask(call: Coroutine[Any, Any, _Result], *, venue: str) -> _Result:
    """Await a ccxt call that only reads; raises like `send`, its unknown outcome is NO_ANSWER."""
    return await _answered(call, venue=venue, is_read=True)


async def _answered(call: Coroutine[Any, Any, _Result], *, venue: str, is_read: bool) -> _Result:
    trace = _Trace()
    token = _trace.set(trace)
    try:
        return await call
    except ExchangeAnswer:
        raise
    except Exception as error:  # noqa: BLE001  the border: any error after the send is an answer
        _note_surprise(error)
        # Without the cause: ccxt's texts contain the signed URL, and would reach the log with it.
        raise classify(_failure(error, trace, is_read), venue=venue) from None
    finally:
        _trace.reset(token)


def _note_surprise(error: Exception) -> None:
    """An error that is not ccxt's own word is a flaw in reading an answer: say where, not what."""
    if not isinstance(error, ccxt.async_support.BaseError):
        place = traceback.extract_tb(error.__traceback__)[-1]
        logger.error("%s at %s:%s", type(error).__name__, place.filename, place.lineno)


def _failure(error: Exception, trace: _Trace, is_read: bool) -> Failure:
    return Failure(
        is_read=is_read,
        has_left=trace.has_left,
        class_names=_class_names(error),
        cause_names=_class_names(error.__cause__),
        http_status=trace.http_status,
        body=trace.body,
        text=str(error),
    )


def _class_names(error: BaseException | None) -> tuple[str, ...]:
    return tuple(kind.__name__ for kind in type(error).__mro__)
