"""What a failed call to a venue means: one judgement, closed by default. Pure.

In this order: a request that never left us was not sent; then the venue's own code, unless it came
with a 5xx; then HTTP statuses and ccxt classes that are proof by themselves; then what transport
tells. Whatever proves nothing is an unknown outcome. Messages name the venue's code and its cleaned
text; never a URL, key, signature or request.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from accounts.exchange.sentences import sentence_of
from accounts.exchange.types import (
    AlreadySo,
    ExchangeAnswer,
    NotSent,
    OrderGone,
    OutcomeUnknown,
    Rejected,
)
from accounts.exchange.venue_codes import (
    CLASSES,
    CODES,
    NO_USABLE_ANSWER,
    SENT_AWAY,
    STATUSES,
    TEXTS,
    UNLISTED,
    Consequence,
    Outcome,
    Verdict,
)

_ANSWERS: dict[Outcome, type[ExchangeAnswer]] = {
    Outcome.REJECTED: Rejected,
    Outcome.GONE: OrderGone,
    Outcome.UNKNOWN: OutcomeUnknown,
    Outcome.DONE: AlreadySo,
}
# aiohttp raises these, and the operating system's resolver the last, while it makes a connection:
# no byte of the request was written.
_NEVER_CONNECTED = frozenset({"ClientConnectorError", "ConnectionTimeoutError", "gaierror"})

# ccxt's classes for what it refuses by itself, before it sends anything.
_REFUSED_LOCALLY = {"AuthenticationError": "BAD_CREDENTIALS", "BadSymbol": "SYMBOL_UNKNOWN"}

# What OKX and Binance's algo service write into the code of a good answer.
_SUCCESS = frozenset({"0", "200"})

# What json raises for what it cannot read, the latter for brackets without end.
_NO_JSON = (ValueError, RecursionError)

# Binance: "IP banned until 1659146400000".
_BANNED_UNTIL = re.compile(r"banned until (\d{13})\b")
# Binance's longest ban. Whoever names a later time has miscounted, and could stop us for good.
_LONGEST_PAUSE = timedelta(days=3)

_URL = re.compile(r"(?:http|ws)s?://\S+")
# Keys, signatures and the signed text that Bybit repeats: long, unbroken, with a digit in them.
_SECRET_LIKE = re.compile(r"(?=[\w+/=.\-{}\[\]:\",&]*\d)[\w+/=.\-{}\[\]:\",&]{16,}", re.ASCII)
_LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Failure:
    """What is known of a failed call, in plain values.

    `is_read`: the call could change nothing. `has_left`: a request was handed to the network.
    `class_names` are the exception's class and its bases, `cause_names` those of the transport's
    error behind it. `retry_after` is the header's text.
    """

    is_read: bool
    has_left: bool
    class_names: tuple[str, ...]
    cause_names: tuple[str, ...] = ()
    http_status: int | None = None
    body: str = ""
    text: str = ""
    retry_after: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer to raise, and what follows for later calls; `until` where the venue told when."""

    answer: ExchangeAnswer
    consequence: Consequence
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class _VenueAnswer:
    """The code and text of a venue's error body; empty where it told none."""

    code: str = ""
    text: str = ""


def classify(failure: Failure, *, venue: str, now: datetime) -> Judgement:
    """What the failed call means for its order and for the calls after it."""
    if not failure.has_left:
        return Judgement(_never_sent(failure), Consequence.UNTOLD)
    if _NEVER_CONNECTED.intersection(failure.cause_names):
        not_connected = NotSent("NOT_CONNECTED", sentence_of("NOT_CONNECTED"))
        return Judgement(not_connected, Consequence.TROUBLE)
    answer = _venue_answer(failure.body)
    verdict = _verdict(failure, answer, venue)
    is_unread = failure.is_read and verdict.code == UNLISTED.code
    code = "NO_ANSWER" if is_unread else verdict.code
    until = _told_until(failure, now)
    return Judgement(
        _ANSWERS[verdict.outcome](code, _message(code, answer, failure, venue)),
        _with_circumstances(verdict.consequence, failure, is_told_when=until is not None),
        until,
    )


def _with_circumstances(
    consequence: Consequence, failure: Failure, *, is_told_when: bool
) -> Consequence:
    """What status and header add to what the table says."""
    if consequence is Consequence.TROUBLE and is_told_when:
        return Consequence.AWAIT_VENUE
    is_ban = failure.http_status == 418 or "banned" in failure.body
    if consequence is Consequence.PAUSE_VENUE and is_ban:
        return Consequence.BAN
    return consequence


def consequence_of_unreadable(failure: Failure) -> Consequence:
    """What follows where we raised the answer ourselves, from reading what came back."""
    return _by_transport(failure).consequence if failure.has_left else Consequence.UNTOLD


def _told_until(failure: Failure, now: datetime) -> datetime | None:
    told = [_banned_until(failure.body), _retry_at(failure.retry_after, now)]
    later = [until for until in told if until is not None and until > now]
    return min(max(later), now + _LONGEST_PAUSE) if later else None


def _banned_until(body: str) -> datetime | None:
    told = _BANNED_UNTIL.search(body)
    return _end_of_ban(told) if told else None


def _end_of_ban(told: re.Match[str]) -> datetime:
    return datetime.fromtimestamp(int(told[1]) / 1000, UTC)


def _retry_at(header: str, now: datetime) -> datetime | None:
    """RFC 9110: seconds from now, or a date."""
    if header.isascii() and header.isdecimal():
        return now + min(timedelta(seconds=int(header[:9])), _LONGEST_PAUSE)
    try:
        at = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _never_sent(failure: Failure) -> NotSent:
    """What streams tell comes here too: they send no request of ours."""
    code = next(
        (_REFUSED_LOCALLY[name] for name in failure.class_names if name in _REFUSED_LOCALLY),
        "NO_ANSWER" if failure.is_read else "NOT_SENT",
    )
    return NotSent(code, f"{sentence_of(code)} ({cleaned(failure.text)})")


def _verdict(failure: Failure, answer: _VenueAnswer, venue: str) -> Verdict:
    return (
        _by_code(failure, answer, venue)
        or STATUSES.get(venue, {}).get(failure.http_status or 0)
        or _by_class(failure, answer)
        or _by_transport(failure)
    )


def _by_code(failure: Failure, answer: _VenueAnswer, venue: str) -> Verdict | None:
    """With a 5xx a code proves nothing, whoever gave it: Binance's documentation, "HTTP Return
    Codes". The exception is what says itself that nothing was processed."""
    told = _by_text(answer, venue) or CODES.get(venue, {}).get(answer.code)
    is_server_error = (failure.http_status or 0) >= 500
    if told is None or not is_server_error or told.outcome is Outcome.UNKNOWN:
        return told
    return told if told.code == "VENUE_UNAVAILABLE" else None


def _by_transport(failure: Failure) -> Verdict:
    if failure.http_status in (418, 429):
        return SENT_AWAY
    if failure.http_status is None or failure.http_status >= 500 or not _is_json(failure.body):
        return NO_USABLE_ANSWER
    return UNLISTED


def _is_json(body: str) -> bool:
    try:
        json.loads(body)
    except _NO_JSON:
        return False
    return True


def _by_text(answer: _VenueAnswer, venue: str) -> Verdict | None:
    said = answer.text.lower()
    for fragment, verdict in TEXTS.get(venue, {}).get(answer.code, ()):
        if fragment in said:
            return verdict
    return None


def _by_class(failure: Failure, answer: _VenueAnswer) -> Verdict | None:
    """Only where the venue itself answered: ccxt gives the same classes to a proxy's page."""
    if not answer.code or (failure.http_status or 500) >= 500:
        return None
    return next((CLASSES[name] for name in failure.class_names if name in CLASSES), None)


def _venue_answer(body: str) -> _VenueAnswer:
    """The code and text in an error body of any of our venues; their shapes do not overlap."""
    try:
        told: Any = json.loads(body)
    except _NO_JSON:
        return _VenueAnswer()
    if not isinstance(told, dict):
        return _VenueAnswer()
    if isinstance(told.get("error"), dict):  # Upbit, Bithumb
        return _answer(told["error"], "name", "message")
    if "retCode" in told:  # Bybit
        return _answer(told, "retCode", "retMsg")
    rows = told.get("data")
    if isinstance(rows, list) and rows and isinstance(rows[0], dict) and rows[0].get("sCode"):
        return _answer(rows[0], "sCode", "sMsg")  # OKX, one order
    return _answer(told, "code", "msg")  # Binance, OKX


def _answer(told: dict[str, Any], code: str, text: str) -> _VenueAnswer:
    said = str(told.get(code) or "")
    if said in _SUCCESS:  # the call failed while its answer was read
        return _VenueAnswer()
    return _VenueAnswer(code=said, text=str(told.get(text) or ""))


def _message(code: str, answer: _VenueAnswer, failure: Failure, venue: str) -> str:
    if answer.code:
        said = f"{venue} {cleaned(answer.code)}: {cleaned(answer.text)}"
    elif failure.http_status is not None:
        said = f"{venue} answered HTTP {failure.http_status}"
    else:
        said = f"no answer of {venue}"
    return f"{sentence_of(code)} ({said})"


def cleaned(text: str) -> str:
    """A venue's text on one line, without URLs and anything that looks like a key or signature.

    The end of a ban is a time for people.
    """
    plain = _SECRET_LIKE.sub("…", _URL.sub("…", text))
    timed = _BANNED_UNTIL.sub(
        lambda told: f"banned until {_end_of_ban(told):%Y-%m-%d %H:%M:%S} UTC", plain
    )
    return " ".join(timed.split())[:_LONGEST_TEXT]
