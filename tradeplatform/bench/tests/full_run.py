"""Results as a run of all benchmarks leaves them, with made-up figures."""

from collections.abc import Mapping
from datetime import date

from tradeplatform.bench.charts import SEGMENT_COLOURS
from tradeplatform.bench.figures import Figure
from tradeplatform.bench.results import Measured, Results

_LAST_ORDER = "last order, median"
_LAST_ORDER_MS: Mapping[str, Mapping[int, float]] = {
    _LAST_ORDER: {1: 9, 100: 28.4, 500: 90},
    f"  bare: {_LAST_ORDER}": {1: 1, 100: 9, 500: 40},
    f"  threads: {_LAST_ORDER}": {1: 4, 100: 500, 500: 2500},
    f"  tasks: {_LAST_ORDER}": {1: 9, 100: 450, 500: 2200},
}
_AIMS_MS = {100: 30.0, 500: 75.0}


def results() -> Results:
    """Of two parts, one of them with pictures."""
    refused = Figure(
        name="refused", headline="requests refused", value=0, unit="requests", at_most=0
    )
    parts = {
        "fanout": Measured("From an alert to its last order.", _fanout()),
        "limits": Measured("Behind one address.", [refused]),
    }
    return Results(day=date(2026, 11, 21), machine="2 processors (x86_64), Python 3", parts=parts)


def _fanout() -> list[Figure]:
    lines = [
        Figure(
            name=name,
            headline="alert → last order" if name == _LAST_ORDER else "",
            value=value,
            unit="ms",
            accounts=accounts,
            aim=_AIMS_MS.get(accounts) if name == _LAST_ORDER else None,
        )
        for name, values in _LAST_ORDER_MS.items()
        for accounts, value in values.items()
    ]
    segments = [
        Figure(name=f"    {segment}", value=5, unit="ms", accounts=accounts)
        for segment in SEGMENT_COLOURS
        for accounts in (1, 100, 500)
    ]
    return lines + segments
