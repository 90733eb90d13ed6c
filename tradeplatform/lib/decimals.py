"""Decimal arithmetic: the only place that rounds, each time in a named direction."""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal

ZERO = Decimal(0)
HUNDRED = Decimal(100)


def floor_to_step(value: Decimal, step: Decimal) -> Decimal:
    """The largest multiple of `step` that is not above `value`; `step` must be positive."""
    return (value / step).to_integral_value(rounding=ROUND_FLOOR) * step


def ceil_to_step(value: Decimal, step: Decimal) -> Decimal:
    """The smallest multiple of `step` that is not below `value`; `step` must be positive."""
    return (value / step).to_integral_value(rounding=ROUND_CEILING) * step


def rounded(value: Decimal, *, digits: int) -> Decimal:
    """The nearest value of so many significant digits, for people to read."""
    return Context(prec=digits, rounding=ROUND_HALF_EVEN).create_decimal(value)


def plain(value: Decimal) -> str:
    """The value as people and exchanges write it: no exponent, no trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
