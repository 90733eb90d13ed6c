"""Where the milliseconds of one alert went, from the rows it left and the exchange's own notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic, time

from django.db.models import Max

from orders.models import Dispatch, Order
from tradeplatform.bench.house import Answer
from webhooks.models import Delivery

SEGMENTS = ("view", "queue", "plan", "write ahead", "send", "answer", "record")


@dataclass(frozen=True, slots=True)
class Course:
    """Milliseconds from the alert's first byte: to the first and last order at the exchange and to
    the HTTP answer; `segments` follow each other and end with the last row written."""

    first_order: float
    last_order: float
    answer: float
    segments: Sequence[float]


def course_of(answer: Answer, arrivals: Sequence[float]) -> Course:
    """The course of an alert that is settled. Of several shards the slowest counts."""
    signal_id = answer.signal_id
    delivery = Delivery.objects.get(signal=signal_id)
    at = Dispatch.objects.filter(signal=signal_id).aggregate(
        picked_up=Max("picked_up_at"),
        planned=Max("claimed_at"),
        written=Max("written_at"),
        settled=Max("settled_at"),
    )
    answered = Order.objects.filter(signal=signal_id).aggregate(at=Max("answered_at"))["at"]
    taken_ms = (delivery.validation_time_ms or 0) + (delivery.preprocessing_time_ms or 0)
    stored = _monotonic(delivery.received_at) + float(taken_ms) / 1000
    moments = [
        stored,
        *(_monotonic(at[name]) for name in ("picked_up", "planned", "written")),
        max(arrivals),
        _monotonic(answered),
        _monotonic(at["settled"]),
    ]
    starts = [answer.asked_at, *moments]
    return Course(
        first_order=1000 * (min(arrivals) - answer.asked_at),
        last_order=1000 * (max(arrivals) - answer.asked_at),
        answer=1000 * (answer.answered_at - answer.asked_at),
        segments=[1000 * (end - start) for start, end in zip(starts, moments, strict=False)],
    )


def _monotonic(moment: datetime) -> float:
    """A row's time by the clock by which the exchange notes arrivals."""
    return moment.timestamp() - time() + monotonic()
