"""Exact arithmetic of the engine; every rounding has a named direction."""

from decimal import ROUND_DOWN, Decimal

ZERO = Decimal(0)
_SMALLEST_UNIT = Decimal("0.00000001")


def down_to_step(value: Decimal, step: Decimal) -> Decimal:
    """The largest multiple of `step` that is not above the (non-negative) `value`."""
    return value // step * step


def is_multiple(value: Decimal, step: Decimal) -> bool:
    """Whether `value` is a whole number of `step`s."""
    return value % step == ZERO


def down_to_unit(value: Decimal) -> Decimal:
    """`value` without what lies beyond eight decimals, the finest amount the venue books."""
    return value.quantize(_SMALLEST_UNIT, ROUND_DOWN)
