"""The exchange's standing faults: each meets a share of the requests, drawn from the seed. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

Fault = dict[str, Any]

_PLACING = ["orders", "cancels"]
# -1000 to -1007 leave open whether the order was accepted.
_UNPROVEN_CODES = (-1000, -1001, -1006, -1007)
_NO_FUNDS = "Account has insufficient balance for requested action."
_GATEWAYS = (502, 503, 504, 520, 524)
# Longer than the soak's platform waits for an exchange.
LATE_MS = 3_500


def standing_faults(seed: int) -> Mapping[str, Fault]:
    """Every fault by its name, as the sandbox's control API takes it."""
    named = {**dict(_spoiled_orders()), **dict(_refused_orders()), **dict(_spoiled_reads())}
    return {
        name: {"times": None, "seed": seed * 1_000 + number, **fault}
        for number, (name, fault) in enumerate(named.items())
    }


def _spoiled_orders() -> Iterator[tuple[str, Fault]]:
    """The answer proves nothing; what was asked is done, or is not."""
    for is_booked in (True, False):
        done = "accepted" if is_booked else "dropped"
        for do in ("silence", "cut", "html", "empty", "half"):
            fault: Fault = {"on": _PLACING, "do": do, "booked": is_booked, "probability": "0.006"}
            yield f"order or cancel {done}, then {do}", fault
        for status in _GATEWAYS:
            fault = {"on": _PLACING, "do": "status", "status": status, "booked": is_booked}
            yield f"order or cancel {done}, then HTTP {status}", fault | {"probability": "0.003"}
        for code in _UNPROVEN_CODES:
            fault = {"on": _PLACING, "do": "refuse", "code": code, "booked": is_booked}
            yield f"order or cancel {done}, then {code}", fault | {"probability": "0.003"}
    late = {"on": _PLACING, "do": "late", "ms": LATE_MS, "probability": "0.006"}
    yield "order or cancel done, answered after the time-out", late


def _refused_orders() -> Iterator[tuple[str, Fault]]:
    """The answer proves that nothing was done."""
    for code in (-1008, -1021):
        fault = {"on": _PLACING, "do": "refuse", "code": code, "probability": "0.004"}
        yield f"order or cancel refused with {code}", fault
    limited = {"do": "refuse", "code": -1003, "retryAfter": 1, "probability": "0.004"}
    yield "order or cancel refused with 429", {"on": _PLACING, **limited}
    many = {"on": "orders", "do": "refuse", "code": -1015, "probability": "0.004"}
    yield "order refused with -1015", many
    poor = {"do": "refuse", "code": -2010, "message": _NO_FUNDS, "probability": "0.004"}
    yield "order refused with -2010", {"on": "orders", **poor}
    gone = {"do": "refuse", "code": -2011, "message": "Unknown order sent.", "probability": "0.01"}
    yield "cancel refused with -2011", {"on": "cancels", **gone}


def _spoiled_reads() -> Iterator[tuple[str, Fault]]:
    """Nothing is learnt, or only what is older."""
    hidden = {"on": ["queries", "lists"], "do": "hide", "ms": 3_000, "probability": "0.05"}
    yield "order not found right after it was placed", hidden
    for kinds, chance in ((["queries", "lists"], "0.01"), (["account", "market_data"], "0.002")):
        what = " or ".join(kinds)
        yield f"{what}: silence", {"on": kinds, "do": "silence", "probability": chance}
        yield f"{what}: page", {"on": kinds, "do": "html", "probability": chance}
        limited = {"do": "refuse", "code": -1003, "retryAfter": 1}
        yield f"{what}: 429", {"on": kinds, **limited, "probability": chance}
        unavailable = {"do": "status", "status": 503}
        yield f"{what}: HTTP 503", {"on": kinds, **unavailable, "probability": chance}
