"""A request's parameters, read strictly and refused in Binance's words."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar
from urllib.parse import parse_qsl

from accounts.sandbox.errors import VenueError, illegal, missing, not_required

Choice = TypeVar("Choice", bound=StrEnum)

_DECIMAL = r"^([0-9]{1,20})(\.[0-9]{1,20})?$"
_INTEGER = r"^[0-9]{1,20}$"
_CLIENT_ID = r"^[\.A-Z\:/a-z0-9_-]{1,36}$"
_FLAGS = {"true": True, "false": False}


class Parameters:
    """Names and texts as they came; an empty text counts as not sent."""

    def __init__(self, values: Mapping[str, str]) -> None:
        """Use `parse` for what comes from outside."""
        self._values = values

    def text(self, name: str) -> str | None:
        """The parameter, None when it was not sent."""
        return self._values.get(name) or None

    def required(self, name: str) -> str:
        """The parameter; -1102 when it was not sent."""
        value = self.text(name)
        if value is None:
            raise missing(name)
        return value

    def decimal(self, name: str) -> Decimal | None:
        """A plain decimal without sign or exponent; -1100 otherwise."""
        value = self._matching(name, _DECIMAL)
        return None if value is None else Decimal(value)

    def decimal_if(self, name: str, *, is_taken: bool) -> Decimal | None:
        """The decimal where it is taken, else None; -1102 when it is missing, -1106 when sent."""
        value = self.decimal(name)
        if is_taken and value is None:
            raise missing(name)
        if not is_taken and value is not None:
            raise not_required(name)
        return value

    def integer(self, name: str) -> int | None:
        """A whole number without sign; -1100 otherwise."""
        value = self._matching(name, _INTEGER)
        return None if value is None else int(value)

    def client_id(self, name: str) -> str | None:
        """A client order id of up to 36 characters; -1100 otherwise."""
        return self._matching(name, _CLIENT_ID)

    def flag(self, name: str) -> bool:
        """True or false, false when it was not sent; -1102 otherwise."""
        value = self.text(name)
        if value is None:
            return False
        if value.lower() not in _FLAGS:
            raise missing(name)
        return _FLAGS[value.lower()]

    def choice(self, name: str, choices: type[Choice], error: VenueError) -> Choice:
        """One of `choices`; `error` when it is none of them, -1102 when it was not sent."""
        try:
            return choices(self.required(name))
        except ValueError:
            raise error from None

    def texts(self, name: str) -> list[str] | None:
        """A JSON list of texts, as Binance takes `symbols`; -1102 otherwise."""
        value = self.text(name)
        if value is None:
            return None
        try:
            found = json.loads(value)
        except ValueError:
            raise missing(name) from None
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            raise missing(name)
        return found

    def _matching(self, name: str, pattern: str) -> str | None:
        value = self.text(name)
        if value is not None and not re.fullmatch(pattern, value):
            raise illegal(name, pattern)
        return value


def parse(*encoded: str) -> Parameters:
    """Read query strings and form bodies; -1101 when one parameter comes twice."""
    values: dict[str, str] = {}
    for part in encoded:
        for name, value in parse_qsl(part, keep_blank_values=True):
            if name in values:
                raise VenueError(-1101, f"Duplicate values for parameter '{name}' detected.")
            values[name] = value
    return Parameters(values)
