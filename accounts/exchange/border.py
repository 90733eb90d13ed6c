"""The one place where a call enters ccxt and where its exceptions become our answers.

Every call passes the gate: what a breaker refuses was not sent. It holds its place there only once
it has had its turn at the venue's limits: while it waits for that, others may try whether all is
well again, and what they find out holds for it too. What happened on the wire is recorded, not
guessed: a call whose request was never handed to the network was not sent, whatever ccxt raised.
"""

import logging
import traceback
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from accounts.exchange.errand import READ, Errand
from accounts.exchange.errors import Failure, Judgement, classify, consequence_of_unreadable
from accounts.exchange.findings import Passage, market_of
from accounts.exchange.gate import gate
from accounts.exchange.lazy_ccxt import ccxt
from accounts.exchange.limits.quotas import Rank
from accounts.exchange.types import ExchangeAnswer, Login, MarketKey, OutcomeUnknown
from accounts.exchange.venue_codes import Consequence
from accounts.exchange.wire import Trace, trace

logger = logging.getLogger(__name__)

_Result = TypeVar("_Result")

# Makes the call; what it makes is awaited once.
Call = Callable[[], Coroutine[Any, Any, _Result]]


async def send(call: Call[_Result], *, at: Login, errand: Errand) -> _Result:
    """Await a ccxt call that changes something at the venue, once, and not after its deadline.

    Raises NotSent, Rejected, OrderGone, AlreadySo or OutcomeUnknown, nothing else.
    """
    return await _answered(call, at, errand, is_read=False)


async def ask(call: Call[_Result], *, at: Login | MarketKey, rank: Rank = Rank.POLL) -> _Result:
    """Await a ccxt call that only reads; raises like `send`, its unknown outcome is NO_ANSWER."""
    return await _answered(call, at, Errand(rank=rank), is_read=True)


async def listen(call: Call[_Result], *, passage: Passage) -> _Result:
    """Await what a stream tells next; raises like `ask`.

    It holds no place at the gate, and that a stream breaks is no trouble: they end now and then.
    """
    try:
        return await _judged(call, passage.market, Trace(errand=READ), is_read=True)
    except _Failed as failed:
        gate().obey(passage, failed.judgement)
        raise failed.judgement.answer from None


async def _answered(
    call: Call[_Result], at: Login | MarketKey, errand: Errand, *, is_read: bool
) -> _Result:
    # What cannot pass need not wait for its turn first.
    refusal = gate().refusal(at, now=datetime.now(UTC), is_urgent=errand.is_urgent)
    if refusal is not None:
        raise refusal
    heard: Judgement | None = _UNFINISHED
    enter = partial(gate().enter, at, is_urgent=errand.is_urgent, until=errand.until)
    noted = Trace(errand=errand, enter=enter)
    try:
        result = await _judged(call, market_of(at), noted, is_read=is_read)
        heard = None
    except _Failed as failed:
        heard = failed.judgement
        raise heard.answer from None
    finally:
        if noted.passage is not None:
            gate().leave(noted.passage, heard)
    return result


async def _judged(
    call: Call[_Result], market: MarketKey, noted: Trace, *, is_read: bool
) -> _Result:
    token = trace.set(noted)
    try:
        return await call()
    except ExchangeAnswer as answer:
        # Ours, from reading what came back (the order made no sense, or is not there), or from a
        # check right before the request.
        failure = _failure(answer, noted, is_read)
        raise _Failed(Judgement(answer, consequence_of_unreadable(failure))) from None
    except Exception as error:  # noqa: BLE001  the border: any error after the send is an answer
        _note_surprise(error)
        failure = _failure(error, noted, is_read)
        # Without the cause: ccxt's texts contain the signed URL, and would reach the log with it.
        raise _Failed(classify(failure, venue=market.venue, now=datetime.now(UTC))) from None
    finally:
        trace.reset(token)


class _Failed(Exception):
    """A call that was judged."""

    def __init__(self, judgement: Judgement) -> None:
        super().__init__()
        self.judgement = judgement


# Somebody stopped waiting for it.
_UNFINISHED = Judgement(OutcomeUnknown("OUTCOME_UNKNOWN", "canceled"), Consequence.UNTOLD)


def _note_surprise(error: Exception) -> None:
    """An error that is not ccxt's own word is a flaw in reading an answer: say where, not what."""
    if not isinstance(error, ccxt.async_support.BaseError):
        place = traceback.extract_tb(error.__traceback__)[-1]
        logger.error("%s at %s:%s", type(error).__name__, place.filename, place.lineno)


def _failure(error: Exception, noted: Trace, is_read: bool) -> Failure:
    return Failure(
        is_read=is_read,
        has_left=noted.has_left,
        class_names=_class_names(error),
        cause_names=_class_names(error.__cause__),
        http_status=noted.http_status,
        body=noted.body,
        text=str(error),
        retry_after=noted.retry_after,
    )


def _class_names(error: BaseException | None) -> tuple[str, ...]:
    return tuple(kind.__name__ for kind in type(error).__mro__)
