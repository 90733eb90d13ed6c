"""Read typed values from environment variables; a wrong value stops the start with its name."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})


def flag(name: str, *, default: bool) -> bool:
    """The variable as a yes or no; raises ImproperlyConfigured for any other word."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value.lower() in _TRUE | _FALSE:
        return value.lower() in _TRUE
    raise ImproperlyConfigured(f"{name} is {value!r}; use 1 or 0")


def number(name: str, *, default: int) -> int:
    """The variable as a whole number of at least zero; raises ImproperlyConfigured otherwise."""
    value = os.environ.get(name, str(default))
    if value.isascii() and value.isdigit():
        return int(value)
    raise ImproperlyConfigured(f"{name} is {value!r}; use a whole number of at least zero")


def words(name: str, *, default: str) -> list[str]:
    """The variable's comma-separated parts, without blanks and empty parts."""
    parts = os.environ.get(name, default).split(",")
    return [part.strip() for part in parts if part.strip()]


def first_line(path: Path, *, default: str) -> str:
    """What a running platform noted down in the file, or the default when there is no note."""
    try:
        return path.read_text(encoding="utf-8").splitlines()[0]
    except (FileNotFoundError, IndexError):
        return default
