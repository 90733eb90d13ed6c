"""Calls in an account's name: their requests bear the time, and a clock that is off is set once.

A request refused because of its time was proven not accepted: it is asked once more, with the same
client order id, after the venue's clock was read. Refused again, the account is paused.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

from accounts.exchange import border
from accounts.exchange.border import Call
from accounts.exchange.desk import desk
from accounts.exchange.errand import Errand
from accounts.exchange.gate import gate
from accounts.exchange.limits.quotas import Rank
from accounts.exchange.sentences import clock_sentence, sentence_of
from accounts.exchange.types import Login, Rejected

_Result = TypeVar("_Result")

_CLOCK_SKEW = "CLOCK_SKEW"


async def send(call: Call[_Result], *, at: Login, errand: Errand) -> _Result:
    """`border.send` for an account."""
    return await _with_clock(partial(border.send, call, at=at, errand=errand), at)


async def ask(call: Call[_Result], *, at: Login, rank: Rank = Rank.POLL) -> _Result:
    """`border.ask` for an account."""
    return await _with_clock(partial(border.ask, call, at=at, rank=rank), at)


async def _with_clock(attempt: Callable[[], Awaitable[_Result]], login: Login) -> _Result:
    try:
        return await attempt()
    except Rejected as refusal:
        if refusal.code != _CLOCK_SKEW:
            raise
        ahead_ms = await desk().set_clock(login.market)
        if ahead_ms is None:
            gate().pause_for_clock(login, refusal)
            raise
    try:
        return await attempt()
    except Rejected as refusal:
        if refusal.code == _CLOCK_SKEW:
            raise _paused(login, refusal, ahead_ms) from None
        raise


def _paused(login: Login, refusal: Rejected, ahead_ms: int) -> Rejected:
    """The refusal in the words of what was measured, after the account was paused for it."""
    said = refusal.message.removeprefix(sentence_of(_CLOCK_SKEW))
    told = Rejected(_CLOCK_SKEW, clock_sentence(ahead_ms) + said)
    gate().pause_for_clock(login, told)
    return told
