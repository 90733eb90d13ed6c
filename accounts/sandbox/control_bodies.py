"""Bodies of the control API's requests, read strictly."""

import json
import re
from decimal import Decimal

from accounts.sandbox.engine.listings import Market

_WHOLE = re.compile(r"[0-9]{1,9}")
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


def _number(name: str, value: object) -> Decimal:
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise Wrong(f"{name} is missing or not a plain decimal number of up to 8 decimals.")
    return Decimal(value)
