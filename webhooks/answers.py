"""What senders read: the JSON of DESIGN's contract, built from plain values. Pure.

Status words on the wire are success, failed and pending; an order that was refused has no ids to
show.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from orders.results import ResultRow
from orders.transitions import OrderStatus
from strategies.intents import Action
from webhooks.refusals import Refused
from webhooks.timing import Timings

Body = dict[str, Any]

_NEVER_PLACED = (OrderStatus.DENIED, OrderStatus.REJECTED)
_REFUSAL_HEADERS: Mapping[int, Mapping[str, str]] = {
    401: {"WWW-Authenticate": "Bearer"},
    500: {"Retry-After": "5"},  # seconds
    503: {"Retry-After": "5"},
}
_GIVEN_UP = (
    "A fault of the platform kept it from carrying out all of this alert: what has no result here "
    "was neither ordered nor canceled. The platform's log tells its administrator why."
)
_NO_SUBSCRIBER = "No active account is subscribed to this strategy: nothing was ordered."


@dataclass(frozen=True, slots=True)
class Answer:
    """A response in plain values."""

    http_status: int
    body: Body
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progress:
    """What is known of a signal. `intents` are as stored, none for whoever may not know them;
    `timings` those of its delivery.
    """

    signal_id: UUID
    group_name: str
    intents: Sequence[Mapping[str, Any]]
    rows: Sequence[ResultRow]
    is_settled: bool
    timings: Timings | None
    is_given_up: bool = False
    warnings: Sequence[str] = ()


def progress_body(progress: Progress, *, status_url: str) -> Body:
    """One row per account and order and per cancel that found none, the summary, the timings and
    what to know besides.
    """
    results = [*map(result_body, progress.rows), *_missed_cancels(progress)]
    body: Body = {
        "action": "orders_processed" if progress.is_settled else "orders_accepted",
        "signal_id": str(progress.signal_id),
        "strategy": progress.group_name,
        "results": results,
        "summary": _summary(progress.rows, results),
        "performance_metrics": _metrics(progress.timings),
        "warnings": [*progress.warnings, *_emptiness(progress)],
    }
    return body if progress.is_settled else body | {"status_url": status_url}


def refusal_answer(refused: Refused, *, delivery_id: UUID | None = None) -> Answer:
    """The code, the sentence, the field if it is one field's fault, and where we keep it."""
    body: Body = {"error_code": refused.reason.name, "error": refused.sentence}
    if refused.field:
        body["field"] = refused.field
    if delivery_id is not None:
        body["delivery_id"] = str(delivery_id)
    status = refused.reason.http_status
    headers = dict(_REFUSAL_HEADERS.get(status, {}))
    if refused.retry_after_seconds is not None:
        headers["Retry-After"] = str(refused.retry_after_seconds)
    return Answer(http_status=status, body=body, headers=headers)


def result_body(row: ResultRow) -> Body:
    """What became of one order of one account."""
    body: Body = {
        "account_name": row.account_name,
        "symbol": row.symbol,
        "side": row.side,
        "is_close": row.is_close,
        "status": row.state,
    }
    is_withdrawn = row.state == "success"  # a cancel came before the order was sent
    if is_withdrawn or row.order_status not in _NEVER_PLACED:
        body |= {
            "order_id": row.venue_order_id,
            "client_order_id": row.client_order_id,
            "order_status": row.order_status,
        }
    if row.error_code:
        body |= {"error_code": row.error_code, "error": row.error_message}
    return body


def _summary(rows: Sequence[ResultRow], results: Sequence[Body]) -> Body:
    states = [result["status"] for result in results]
    return {
        "total_accounts": len({row.account_id for row in rows}),
        "successful_trades": states.count("success"),
        "failed_trades": states.count("failed"),
        "pending_trades": states.count("pending"),
    }


def _metrics(timings: Timings | None) -> Body:
    if timings is None:
        return {}
    return {name: float(milliseconds) for name, milliseconds in asdict(timings).items()}


def _emptiness(progress: Progress) -> Sequence[str]:
    """Why a finished signal has no rows, or not all of them."""
    if progress.is_given_up:
        return (_GIVEN_UP,)
    if progress.rows or not progress.is_settled:
        return ()
    actions = {intent["action"] for intent in progress.intents}
    if Action.PLACE in actions:
        return (_NO_SUBSCRIBER,)
    return tuple(_nothing_to_cancel(progress))


def _nothing_to_cancel(progress: Progress) -> Iterator[str]:
    """With the symbol as it was written: a misspelt one finds no order either."""
    for intent in progress.intents:
        if intent["action"] == Action.CANCEL_ALL:
            where = f" in {intent['symbol']}" if "symbol" in intent else ""
            yield f"There was no open order{where} left to cancel."


def _missed_cancels(progress: Progress) -> Iterator[Body]:
    """A row of no account for each cancel of a single order that found none."""
    if progress.is_given_up or not progress.is_settled:
        return
    found = {name for row in progress.rows for name in row.known_as}
    for intent in progress.intents:
        if intent["action"] == Action.CANCEL and intent["order_id"] not in found:
            yield _missed_cancel(intent)


def _missed_cancel(intent: Mapping[str, Any]) -> Body:
    order_id = intent["order_id"]
    return {
        "account_name": "",
        "symbol": intent.get("symbol", ""),
        "status": "failed",
        "order_id": order_id,
        "error_code": "NOTHING_TO_CANCEL",
        "error": f"No order {order_id} of this strategy was found to cancel.",
    }
