"""Random plans: what goes wrong is a pure function of a seed, a stream of requests and a number.

A stream is one account's requests of one kind, counted from 0, so a run is repeated by sending the
same requests again, however the accounts' requests fall in between one another. A drawn refusal
that proves an order was not accepted is never drawn for one that was.
"""

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from accounts.sandbox.faults.asked import Asked, Kind
from accounts.sandbox.faults.outcomes import Answer, Hide, Reply

_GATEWAYS = (502, 503, 504, 520, 524)
_LATE_MS = (200, 1_000, 3_000)
_UNSEEN_MS = 3_000
_UNPROVEN = (-1000, -1001, -1006, -1007)  # the order may have been accepted
_REFUSED = (-1008, -1021)
_REFUSED_ORDERS = (-1015,)
_RETRY_AFTER_SECONDS = 1


def stream_of(asked: Asked) -> str:
    """Which requests are counted together."""
    return f"{asked.kind} {asked.account}"


@dataclass(frozen=True, slots=True)
class Draw:
    """Request `number` of `stream` under `seed`."""

    seed: int
    stream: str
    number: int

    def random(self, purpose: str) -> Random:
        """The same numbers whenever it is asked for the same purpose."""
        text = f"{self.seed} {self.stream} {self.number} {purpose}"
        return Random(text)  # noqa: S311  (a plan of faults, not a secret)


def strikes(draw: Draw, *, probability: Decimal) -> bool:
    """Whether a fault of this probability (0 to 1) meets the request."""
    return draw.random("strikes").random() < probability


def drawn(draw: Draw, *, kind: Kind) -> Answer | Hide:
    """What goes wrong with the request."""
    choices: list[Answer | Hide] = [*_spoiled(), *_hidden(kind), *_refused(kind)]
    return draw.random("outcome").choice(choices)


def _spoiled() -> list[Answer]:
    """Answers that prove nothing, whether the exchange has done what was asked or not."""
    replies = (Reply.SILENCE, Reply.CUT, Reply.HTML, Reply.EMPTY, Reply.HALF)
    return [
        *(Answer(delay_ms=delay_ms) for delay_ms in _LATE_MS),
        *(Answer(reply, is_booked) for reply in replies for is_booked in (True, False)),
        *(
            Answer(Reply.STATUS, is_booked, status=status)
            for status in _GATEWAYS
            for is_booked in (True, False)
        ),
        *(
            Answer(Reply.REFUSAL, is_booked, code=code)
            for code in _UNPROVEN
            for is_booked in (True, False)
        ),
    ]


def _hidden(kind: Kind) -> list[Hide]:
    return [Hide(_UNSEEN_MS)] if kind in (Kind.QUERIES, Kind.LISTS) else []


def _refused(kind: Kind) -> list[Answer]:
    codes = (*_REFUSED, *_REFUSED_ORDERS) if kind is Kind.ORDERS else _REFUSED
    wait = _RETRY_AFTER_SECONDS
    return [
        *(Answer(Reply.REFUSAL, is_booked=False, code=code) for code in codes),
        Answer(Reply.REFUSAL, is_booked=False, code=-1003, retry_after_seconds=wait),
    ]
