"""Read one JSON object's fields into typed values; each refusal names the field. Pure.

Numbers may come as JSON numbers or as texts; both follow JSON's own grammar, so that no `1_000`,
`5%`, `1,5`, no digits of other scripts, no true, null or empty text ever becomes a quantity.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from tradeplatform.lib.decimals import HUNDRED
from webhooks.redaction import has_token
from webhooks.refusals import Reason, Refused
from webhooks.strict_json import Numeral

T = TypeVar("T")

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")
_WHOLE_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,8})")
_LONGEST_NUMBER = 40
# Columns hold 18 digits before the point and 18 after it; rounding must not need one more.
_MOST_DIGITS = 15
_MOST_DECIMALS = 18


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one object; `path` is its place in the body, such as `orders[2].`."""

    values: Mapping[str, Any]
    path: str = ""

    def has(self, name: str) -> bool:
        """Whether the sender gave the field, null included."""
        return name in self.values

    def refusal(self, reason: Reason, name: str, value: object = "") -> Refused:
        """The refusal of one of these fields, for the caller to raise."""
        return Refused(reason, field=f"{self.path}{name}", value=value)

    def text(self, name: str, *, longest: int) -> str:
        """A text of 1 to `longest` characters without surrounding blanks; a number is one too."""
        return self._filled_text(name, longest, if_empty="It is required: fill it in.")

    def optional_text(self, name: str, *, longest: int) -> str:
        """The same; empty where the sender did not give the field."""
        if not self.has(name):
            return ""
        return self._filled_text(name, longest, if_empty="Fill it in or leave it out.")

    def _filled_text(self, name: str, longest: int, *, if_empty: str) -> str:
        text = self._text(name, otherwise=Reason.TEXT_EXPECTED)
        if not text:
            raise Refused(Reason.FIELD_EMPTY, field=f"{self.path}{name}", detail=if_empty)
        if has_token(text):
            raise self.refusal(Reason.TOKEN_MISPLACED, name)
        if len(text) > longest:
            raise self.refusal(Reason.TEXT_TOO_LONG, name, longest)
        return text

    def number(self, name: str) -> Decimal:
        """A finite number that any of our columns can hold, or zero."""
        text = self._text(name, otherwise=Reason.NUMBER_EXPECTED)
        if _NUMBER.fullmatch(text) is None:
            raise self._refusal_of_value(Reason.NUMBER_EXPECTED, name)
        number = Decimal(text)
        fits = not number or -_MOST_DECIMALS <= number.adjusted() < _MOST_DIGITS
        if len(text) > _LONGEST_NUMBER or not fits:
            raise self._refusal_of_value(Reason.NUMBER_OUT_OF_RANGE, name)
        return number

    def positive(self, name: str) -> Decimal:
        """A number above zero."""
        number = self.number(name)
        if number <= 0:
            raise self._refusal_of_value(Reason.NUMBER_NOT_POSITIVE, name)
        return number

    def percent(self, name: str) -> Decimal:
        """A number from -100 to 100 that is not zero."""
        number = self.number(name)
        if number == 0 or abs(number) > HUNDRED:
            raise self._refusal_of_value(Reason.QTY_PER_OUT_OF_RANGE, name)
        return number

    def whole_number(self, name: str) -> int:
        """A whole number of at most nine digits."""
        text = self._text(name, otherwise=Reason.WHOLE_NUMBER_EXPECTED)
        if _WHOLE_NUMBER.fullmatch(text) is None:
            raise self._refusal_of_value(Reason.WHOLE_NUMBER_EXPECTED, name)
        return int(text)

    def boolean(self, name: str) -> bool:
        """true or false, as JSON writes them."""
        value = self.values[name]
        if not isinstance(value, bool):
            raise self._refusal_of_value(Reason.BOOLEAN_EXPECTED, name)
        return value

    def choice(self, name: str, words: Mapping[str, T], *, otherwise: Reason) -> T:
        """What the field's word, in any case, stands for; `otherwise` refuses other words."""
        word = self._text(name, otherwise=otherwise).upper()
        if word not in words:
            raise self._refusal_of_value(otherwise, name)
        return words[word]

    def _text(self, name: str, *, otherwise: Reason) -> str:
        """The value without surrounding blanks if it is a text or a number, perhaps empty."""
        if name not in self.values:
            raise self.refusal(Reason.FIELD_MISSING, name)
        value = self.values[name]
        if not isinstance(value, str):
            raise self._refusal_of_value(otherwise, name)
        return value.strip()

    def _refusal_of_value(self, reason: Reason, name: str) -> Refused:
        value = self.values[name]
        is_number = isinstance(value, Numeral)
        return self.refusal(
            reason, name, value if is_number else json.dumps(value, ensure_ascii=False)
        )
