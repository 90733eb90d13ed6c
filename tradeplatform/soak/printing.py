"""How a soak is told: one table of what was sent and what came of it, one of what went wrong."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tradeplatform.soak.arguments import Wanted
from tradeplatform.soak.comparing.cases import Case, Kind
from tradeplatform.soak.ledgers import OurBooks, Promise, VenueBooks

_SHOWN = 10  # cases of each kind
_CLEAN = "PASSED: nothing was lost, doubled or left unexplained"
_NOTHING_PROVED = "FAILED: too few orders reached the exchange to prove anything"
_NOT_SENT = ("INITIALIZED", "DENIED")
# With all that goes wrong two thirds of what is asked for get there; a platform that denied or
# answered nothing would keep every promise.
_LEAST_PART = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Everything a soak found out. `left` is what the platform had not finished in time."""

    wanted: Wanted
    promises: Sequence[Promise]
    requests: int
    ours: OurBooks
    venue: VenueBooks
    cases: Sequence[Case]
    left: Sequence[str]
    happened: Mapping[str, int]
    settled_after_seconds: float

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost, doubled or left unexplained, and everything came to rest."""
        return not self.cases and not self.left and self.is_telling

    @property
    def is_telling(self) -> bool:
        """Whether enough orders reached the exchange for something to be lost or doubled."""
        return len(self.venue.orders) * _LEAST_PART >= sum(map(_intended, self.promises))

    @property
    def verdict(self) -> str:
        """All of it in one line."""
        if self.is_telling:
            return _CLEAN if self.is_clean else "FAILED"
        return _NOTHING_PROVED


def told(result: Result) -> str:
    """The whole report."""
    verdict = Counter(case.kind for case in result.cases)
    lines = [
        _title(result),
        "",
        *_table(_alerts(result)),
        "",
        *_table(_orders(result)),
        "",
        *_table([(kind.value, verdict[kind]) for kind in Kind]),
        "",
        "What went wrong on purpose, and how often:",
        *_table(sorted(result.happened.items())),
    ]
    if result.left:
        lines += ["", "Not finished in time:", *(f"  {what}" for what in result.left)]
    for kind in Kind:
        lines += _cases(kind, [case for case in result.cases if case.kind is kind])
    lines += ["", result.verdict]
    return "\n".join(lines)


def _title(result: Result) -> str:
    wanted = result.wanted
    return (
        f"Soak: {wanted.alerts} alerts in {wanted.seconds:.0f} s, seed {wanted.seed}; "
        f"at rest {result.settled_after_seconds:.0f} s after the last trouble"
    )


def _alerts(result: Result) -> Iterator[tuple[str, int]]:
    promises = result.promises
    acknowledged = [promise for promise in promises if promise.signal_ids]
    refused = sum(promise.is_refused for promise in promises)
    yield "alerts sent", len(promises)
    yield "  requests made for them", result.requests
    yield "  acknowledged", len(acknowledged)
    yield "  refused", refused
    yield "  never answered", len(promises) - len(acknowledged) - refused
    yield "orders intended", sum(map(_intended, acknowledged))


def _intended(promise: Promise) -> int:
    """From what the sender knows: each order asked for on each account subscribed."""
    return len(promise.accounts) * sum(not asked.is_optional for asked in promise.asked)


def _orders(result: Result) -> Iterator[tuple[str, int]]:
    orders = result.ours.orders
    statuses = Counter(order.status for order in orders)
    yield "orders in our books", len(orders)
    yield "  of them replacements", sum(order.attempt > 0 for order in orders)
    yield "  sent", sum(order.status not in _NOT_SENT for order in orders)
    for word, status in _WORDS.items():
        yield f"  {word}", statuses[status]
    yield "  open", statuses["ACCEPTED"] + statuses["PARTIALLY_FILLED"]
    yield "  unknown", statuses["SUBMITTED"] + statuses["PENDING_CANCEL"]
    yield "orders at the exchange", len(result.venue.orders)
    yield "executions in our books", len(result.ours.executions)
    yield "executions at the exchange", len(result.venue.executions)


_WORDS = {
    "filled": "FILLED",
    "denied": "DENIED",
    "rejected": "REJECTED",
    "canceled": "CANCELED",
    "expired": "EXPIRED",
}


def _cases(kind: Kind, cases: Sequence[Case]) -> Sequence[str]:
    if not cases:
        return []
    more = len(cases) - _SHOWN
    shown = [f"  {case.sentence}" for case in cases[:_SHOWN]]
    return ["", f"{kind.value}:", *shown, *([f"  and {more} more"] if more > 0 else [])]


def _table(rows: Iterator[tuple[str, int]] | Sequence[tuple[str, int]]) -> Sequence[str]:
    listed = list(rows)
    width = max((len(name) for name, _ in listed), default=0)
    return [f"{name.ljust(width)}  {number:>8,}" for name, number in listed]
