"""Bodies of the control API's requests, read strictly."""

import json
import re
from collections.abc import Collection
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from accounts.sandbox.engine.listings import Market

Choice = TypeVar("Choice", bound=StrEnum)

_WHOLE = re.compile(r"[0-9]{1,9}")
_INTEGER = re.compile(r"-?[0-9]{1,9}")
_NUMBER = re.compile(r"[0-9]{1,20}(\.[0-9]{1,8})?")


class Wrong(Exception):
    """The request cannot be read; the message is the sentence to answer."""


class Body:
    """A request's JSON object, read strictly."""

    def __init__(self, encoded: bytes) -> None:
        """Read JSON; Wrong when it is not an object."""
        try:
            values = json.loads(encoded, parse_float=str, parse_int=str)
        except ValueError:
            raise Wrong("The body is not JSON.") from None
        if not isinstance(values, dict):
            raise Wrong("The body is not a JSON object.")
        self._values = values

    def text(self, name: str) -> str:
        """A text that is not empty."""
        value = self._values.get(name)
        if not isinstance(value, str) or not value:
            raise Wrong(f"{name} is missing or not a text.")
        return value

    def number(self, name: str) -> Decimal:
        """A plain decimal number, as a text or as a number."""
        return _number(name, self._values.get(name))

    def whole(self, name: str) -> int:
        """A whole number, 0 when it was not sent."""
        value = self._values.get(name, "0")
        if not isinstance(value, str) or not _WHOLE.fullmatch(value):
            raise Wrong(f"{name} is not a whole number of up to 9 digits.")
        return int(value)

    def integer(self, name: str, *, least: int, most: int) -> int:
        """A whole number between `least` and `most`."""
        value = self._values.get(name)
        number = int(value) if isinstance(value, str) and _INTEGER.fullmatch(value) else None
        if number is None or not least <= number <= most:
            raise Wrong(f"{name} is missing or not a whole number from {least} to {most}.")
        return number

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self._values.get(name)
        if not isinstance(value, bool):
            raise Wrong(f"{name} is neither true nor false.")
        return value

    def choice(self, name: str, choices: type[Choice]) -> Choice:
        """One of `choices`."""
        return _choice(name, self._values.get(name), choices)

    def several(self, name: str, choices: type[Choice]) -> frozenset[Choice]:
        """Some of `choices`, as one text or as a list; none when it was not sent."""
        values = self._values.get(name, [])
        listed = values if isinstance(values, list) else [values]
        return frozenset(_choice(name, value, choices) for value in listed)

    def has(self, name: str) -> bool:
        """Whether the field was sent, and not as null."""
        return self._values.get(name) is not None

    def check_names(self, known: Collection[str]) -> None:
        """Wrong when there is a field that is none of `known`: it may be a slip of the pen."""
        for name in self._values:
            if name not in known:
                raise Wrong(f"{name} is not one of the fields {', '.join(sorted(known))}.")

    def is_null(self, name: str) -> bool:
        """Whether the field was sent, as null."""
        return name in self._values and self._values[name] is None

    def amounts(self, name: str) -> dict[str, Decimal]:
        """An object of numbers; empty when it was not sent."""
        values = self._values.get(name, {})
        if not isinstance(values, dict):
            raise Wrong(f"{name} is not an object of amounts by asset.")
        return {asset: _number(f"{name}.{asset}", value) for asset, value in values.items()}

    def market(self) -> Market:
        """The field `market`, spot when it was not sent."""
        try:
            return Market(self._values.get("market", Market.SPOT))
        except ValueError:
            raise Wrong("market is neither spot nor futures.") from None


def _choice(name: str, value: object, choices: type[Choice]) -> Choice:
    try:
        return choices(str(value))
    except ValueError:
        raise Wrong(f"{name} is none of {', '.join(choices)}.") from None


def _number(name: str, value: object) -> Decimal:
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise Wrong(f"{name} is missing or not a plain decimal number of up to 8 decimals.")
    return Decimal(value)
