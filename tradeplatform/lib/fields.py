"""Column types used by every app, so that money looks the same everywhere."""

from enum import StrEnum
from typing import TypedDict


def choices_of(words: type[StrEnum]) -> list[tuple[str, str]]:
    """The members of an enumeration as Django choices: `STOP_LIMIT` reads "Stop limit"."""
    return [(word.value, word.value.replace("_", " ").capitalize()) for word in words]


def values_of(words: type[StrEnum]) -> list[str]:
    """The stored values of an enumeration, for check constraints."""
    return [word.value for word in words]


class _Digits(TypedDict):
    max_digits: int
    decimal_places: int


# A quantity, price or sum of money: 18 places, wide enough for any venue's numbers.
AMOUNT: _Digits = {"max_digits": 36, "decimal_places": 18}
# A percentage, to a thousandth.
PERCENT: _Digits = {"max_digits": 7, "decimal_places": 3}
