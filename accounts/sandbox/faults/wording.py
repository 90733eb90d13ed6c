"""How the control API words a fault, both ways; docs/sandbox.md lists the fields. Pure."""

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum

from accounts.sandbox.control_bodies import Body, Wrong
from accounts.sandbox.faults import texts
from accounts.sandbox.faults.asked import Aim, Kind
from accounts.sandbox.faults.outcomes import Answer, Ban, Chance, Hide, Outcome, Reply, Skew
from accounts.sandbox.faults.plan import ALWAYS, RANDOM_PROBABILITY, Fault, Standing
from accounts.sandbox.formats import Row, plain

_HOUR_MS = 3_600_000
_DAY_SECONDS = 86_400
_MANY = 999_999_999


class Deed(StrEnum):
    """What a fault does, the field `do`."""

    LATE = "late"
    SILENCE = "silence"
    CUT = "cut"
    HTML = "html"
    EMPTY = "empty"
    HALF = "half"
    STATUS = "status"
    REFUSE = "refuse"
    BAN = "ban"
    HIDE = "hide"
    SKEW = "skew"
    RANDOM = "random"


_REPLIES = {
    Deed.LATE: Reply.TRUTH,
    Deed.SILENCE: Reply.SILENCE,
    Deed.CUT: Reply.CUT,
    Deed.HTML: Reply.HTML,
    Deed.EMPTY: Reply.EMPTY,
    Deed.HALF: Reply.HALF,
    Deed.STATUS: Reply.STATUS,
    Deed.REFUSE: Reply.REFUSAL,
}
_DEEDS = {reply: deed for deed, reply in _REPLIES.items()}
_LASTING = {Deed.HIDE, Deed.SKEW, Deed.RANDOM}  # until removed, unless `times` is sent
_EVERY = {"do", "on", "method", "path", "account", "side", "symbol", "times", "probability", "seed"}
_SPOILING = _EVERY | {"booked", "ms"}
_FIELDS: dict[Deed, set[str]] = {
    Deed.LATE: _EVERY | {"ms"},
    Deed.STATUS: _SPOILING | {"status"},
    Deed.REFUSE: _SPOILING | {"code", "message", "status", "retryAfter"},
    Deed.BAN: _EVERY | {"status", "seconds"},
    Deed.HIDE: _EVERY | {"ms"},
    Deed.SKEW: _EVERY | {"ms"},
    Deed.RANDOM: _EVERY,
}


def read(body: Body) -> Fault:
    """The fault that a request's body words; Wrong when it is none."""
    deed = body.choice("do", Deed)
    body.check_names(_FIELDS.get(deed, _SPOILING))
    return Fault(
        outcome=_outcome(body, deed),
        aim=_aim(body),
        times=_times(body, deed),
        probability=_probability(body, deed),
        seed=body.whole("seed"),
    )


def row(standing: Standing) -> Row:
    """A fault in the words in which it can be set, with how often it has struck."""
    fault, aim = standing.fault, standing.fault.aim
    return {
        "id": standing.number,
        "struck": standing.struck,
        **_outcome_row(fault.outcome),
        "on": sorted(aim.kinds),
        "method": aim.method,
        "path": aim.path,
        "account": aim.account,
        "side": aim.side,
        "symbol": aim.symbol,
        "times": fault.times,
        "probability": plain(fault.probability),
        "seed": fault.seed,
    }


def _aim(body: Body) -> Aim:
    def text(name: str) -> str:
        return body.text(name) if body.has(name) else ""

    return Aim(
        kinds=body.several("on", Kind),
        method=text("method"),
        path=text("path"),
        account=text("account"),
        side=text("side"),
        symbol=text("symbol"),
    )


def _times(body: Body, deed: Deed) -> int | None:
    if body.has("times"):
        return body.integer("times", least=1, most=_MANY)
    return None if body.is_null("times") or deed in _LASTING else 1


def _probability(body: Body, deed: Deed) -> Decimal:
    if not body.has("probability"):
        return RANDOM_PROBABILITY if deed is Deed.RANDOM else ALWAYS
    probability = body.number("probability")
    if probability > ALWAYS:
        raise Wrong("probability is more than 1.")
    return probability


def _outcome(body: Body, deed: Deed) -> Outcome:
    read_other: dict[Deed, Callable[[Body], Outcome]] = {
        Deed.BAN: _ban,
        Deed.HIDE: lambda body: Hide(body.integer("ms", least=1, most=_HOUR_MS)),
        Deed.SKEW: lambda body: Skew(body.integer("ms", least=-_HOUR_MS, most=_HOUR_MS)),
        Deed.RANDOM: lambda body: Chance(),
    }
    return read_other[deed](body) if deed in read_other else _answer(body, deed)


def _ban(body: Body) -> Ban:
    status = body.integer("status", least=400, most=499) if body.has("status") else texts.BANNED
    return Ban(status, body.integer("seconds", least=1, most=_DAY_SECONDS))


def _answer(body: Body, deed: Deed) -> Answer:
    answer = Answer(
        reply=_REPLIES[deed],
        is_booked=body.flag("booked") if body.has("booked") else deed is not Deed.REFUSE,
        delay_ms=_optional(body, "ms", most=_HOUR_MS) or 0,
        status=_optional(body, "status", least=200, most=599),
        code=body.integer("code", least=-99_999, most=-1) if deed is Deed.REFUSE else 0,
        message=body.text("message") if body.has("message") else "",
        retry_after_seconds=_optional(body, "retryAfter", most=_DAY_SECONDS),
    )
    _check_complete(answer)
    return answer


def _check_complete(answer: Answer) -> None:
    if answer.reply is Reply.TRUTH and not answer.delay_ms:
        raise Wrong("ms is missing: by how much the answer is late.")
    if answer.reply is Reply.STATUS and answer.status is None:
        raise Wrong("status is missing: which HTTP status is answered.")
    if answer.code and not (answer.message or texts.knows(answer.code)):
        raise Wrong(f"The text of {answer.code} is not known here; send message as well.")


def _optional(body: Body, name: str, *, most: int, least: int = 0) -> int | None:
    return body.integer(name, least=least, most=most) if body.has(name) else None


def _outcome_row(outcome: Outcome) -> Row:
    match outcome:
        case Skew():
            return {"do": Deed.SKEW.value, "ms": outcome.clock_ms}
        case Hide():
            return {"do": Deed.HIDE.value, "ms": outcome.younger_than_ms}
        case Ban():
            return {"do": Deed.BAN.value, "status": outcome.status, "seconds": outcome.seconds}
        case Chance():
            return {"do": Deed.RANDOM.value}
        case Answer():
            return _answer_row(outcome)


def _answer_row(answer: Answer) -> Row:
    told: Row = {"do": _DEEDS[answer.reply].value, "booked": answer.is_booked}
    further: Row = {
        "ms": answer.delay_ms or None,
        "status": answer.status,
        "code": answer.code or None,
        "message": answer.message or None,
        "retryAfter": answer.retry_after_seconds,
    }
    return told | {name: value for name, value in further.items() if value is not None}
