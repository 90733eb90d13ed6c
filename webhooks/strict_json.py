"""Bytes to one JSON object, stricter than the json module, which keeps the last of two equal keys
and takes NaN. Pure.

Any bytes at all end in an object or in Refused: huge numbers stay text until a field needs them,
nesting is bounded, and no text comes through that PostgreSQL could not store.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from webhooks.refusals import Reason, Refused

LARGEST_BODY = 64 * 1024  # bytes
DEEPEST = 8  # objects and lists within each other

JsonObject = dict[str, Any]

_PLACEHOLDER = "{{"
# A key whose value is a placeholder without quotes, which is no JSON.
_BARE_PLACEHOLDER = re.compile(r'"([^"\\]{1,60})"\s*+:\s*+(\{\{[^{}]*\}\})')
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Numeral(str):
    """A JSON number as it was written."""

    __slots__ = ()


class _NotFinite(str):
    """NaN, Infinity or -Infinity, which the json module takes for numbers."""

    __slots__ = ()


def read_object(body: bytes) -> JsonObject:
    """The JSON object in the body, its keys in lower case, its numbers as Numeral.

    Raises Refused with the field's name, such as `orders[0].price`.
    """
    value = _parsed(_text(body))
    if not isinstance(value, dict):
        raise Refused(Reason.BODY_NOT_OBJECT)
    if _is_deeper_than(value, DEEPEST):
        raise Refused(Reason.BODY_TOO_DEEP)
    for path, leaf in _leaves(value):
        if isinstance(leaf, _NotFinite):
            raise Refused(Reason.NUMBER_NOT_FINITE, field=path, value=leaf)
        if isinstance(leaf, str) and _UNSTORABLE.search(leaf):
            raise Refused(Reason.CHARACTER_NOT_ALLOWED, field=path)
    return value


def refuse_placeholders(document: JsonObject) -> None:
    """Raise Refused for a `{{placeholder}}` that its sender did not fill in, in any field."""
    for path, leaf in _leaves(document):
        if isinstance(leaf, str) and _PLACEHOLDER in leaf:
            raise Refused(Reason.PLACEHOLDER_UNRESOLVED, field=path, value=leaf)


def _text(body: bytes) -> str:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(Reason.BODY_NOT_UTF8) from None
    if not text.strip():
        raise Refused(Reason.BODY_EMPTY)
    return text


def _parsed(text: str) -> Any:
    try:
        return _DECODER.decode(text)
    except RecursionError:
        raise Refused(Reason.BODY_TOO_DEEP) from None
    except json.JSONDecodeError as error:
        found = _BARE_PLACEHOLDER.search(text)
        if found:
            raise Refused(Reason.PLACEHOLDER_UNRESOLVED, field=found[1], value=found[2]) from None
        place = f"{error.msg} at line {error.lineno}, column {error.colno}"
        raise Refused(Reason.BODY_NOT_JSON, detail=place) from None


def _object(pairs: list[tuple[str, Any]]) -> JsonObject:
    found: JsonObject = {}
    for written, value in pairs:
        key = written.lower()
        if key in found:
            raise Refused(Reason.KEY_DUPLICATE, field=key)
        if _UNSTORABLE.search(key):
            raise Refused(Reason.CHARACTER_NOT_ALLOWED, field=key)
        found[key] = value
    return found


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=Numeral,
    parse_float=Numeral,
    parse_constant=_NotFinite,
)


def _is_deeper_than(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    if levels == 0:
        return True
    children = value.values() if isinstance(value, dict) else value
    return any(_is_deeper_than(child, levels - 1) for child in children)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that is no object or list, with its path. Bounded by the depth check."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _leaves(child, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _leaves(child, f"{path}[{index}]")
    else:
        yield path, value
