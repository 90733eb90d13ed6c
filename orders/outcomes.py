"""What became known about an order: from a send, a cancel, a look-up, a list or a push."""

from dataclasses import dataclass

from accounts.exchange.types import NotSent, OrderReport, OutcomeUnknown, Rejected


@dataclass(frozen=True, slots=True)
class Answered:
    """The venue told where the order stands: a create, cancel or look-up answer."""

    order_id: int
    report: OrderReport


@dataclass(frozen=True, slots=True)
class SendFailed:
    """Sending the order did not end with an acceptance."""

    order_id: int
    error: NotSent | Rejected | OutcomeUnknown


@dataclass(frozen=True, slots=True)
class CancelFailed:
    """A cancel did not end with an answer about the order; the order may still be open."""

    order_id: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class NotFound:
    """The venue knows no such order; with `is_proof` the order cannot have arrived there.

    Proof is only worth something once there were enough misses: see orders.absence.
    """

    order_id: int
    is_proof: bool


@dataclass(frozen=True, slots=True)
class StillListed:
    """The venue lists the order as open, long after it ended here."""

    order_id: int


@dataclass(frozen=True, slots=True)
class Unbookable:
    """The venue's answer about the order could not be written; `message` says why."""

    order_id: int
    message: str


Outcome = Answered | SendFailed | CancelFailed | NotFound | StillListed | Unbookable
