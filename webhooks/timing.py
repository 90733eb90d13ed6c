"""How long each part of an alert took, under the names that the answer and the delivery use."""

from dataclasses import dataclass
from decimal import Decimal
from time import perf_counter

_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds, to a tenth: understanding the alert, storing it, waiting for the accounts."""

    validation_time_ms: Decimal
    preprocessing_time_ms: Decimal
    trade_processing_time_ms: Decimal
    total_processing_time_ms: Decimal


class Stopwatch:
    """Runs from its making; a part that was never reached took no time."""

    def __init__(self) -> None:
        self._started = perf_counter()
        self._ends: list[float] = []

    def end_part(self) -> None:
        """The part that was running is over: first the validation, then the preprocessing."""
        self._ends.append(perf_counter())

    def seconds(self) -> float:
        """Since the start."""
        return perf_counter() - self._started

    def timings(self) -> Timings:
        """The parts until now."""
        now = perf_counter()
        validated, stored = [*self._ends, now, now][:2]
        return Timings(
            validation_time_ms=_milliseconds(validated - self._started),
            preprocessing_time_ms=_milliseconds(stored - validated),
            trade_processing_time_ms=_milliseconds(now - stored),
            total_processing_time_ms=_milliseconds(now - self._started),
        )


def _milliseconds(seconds: float) -> Decimal:
    return Decimal(seconds * 1000).quantize(_TENTH)
