"""Read typed values from environment variables; a wrong value stops the start with its name.

No message repeats an address that cannot be read: it may hold a password in an unexpected place.
"""

import ipaddress
import logging
import os
from collections.abc import Collection
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ImproperlyConfigured

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})
_HIGHEST_PORT = 65535


class WrongValue(ImproperlyConfigured):
    """A variable's value cannot be used; the message says which, why, and what to put there."""


def flag(name: str, *, default: bool) -> bool:
    """The variable as a yes or no; raises WrongValue for any other word."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value.lower() in _TRUE | _FALSE:
        return value.lower() in _TRUE
    raise WrongValue(f"{name} is {value!r}; use 1 or 0")


def number(name: str, *, default: int) -> int:
    """The variable as a whole number of at least zero; raises WrongValue otherwise."""
    value = os.environ.get(name, str(default))
    if value.isascii() and value.isdigit():
        return int(value)
    raise WrongValue(f"{name} is {value!r}; use a whole number of at least zero")


def port(name: str) -> int:
    """The variable as a port, 0 when nobody chose one; raises WrongValue otherwise."""
    value = number(name, default=0)
    if value <= _HIGHEST_PORT:
        return value
    raise WrongValue(f"{name} is {value}; use a port from 1 to {_HIGHEST_PORT}")


def words(name: str, *, default: str) -> list[str]:
    """The variable's comma-separated parts, without blanks and empty parts."""
    parts = os.environ.get(name, default).split(",")
    return [part.strip() for part in parts if part.strip()]


def networks(name: str) -> list[str]:
    """The variable's comma-separated addresses and networks, or `*`; raises WrongValue."""
    found = words(name, default="")
    for text in found:
        try:
            _ = text == "*" or ipaddress.ip_network(text)
        except ValueError as error:
            raise WrongValue(f"{name} has {text!r}; use addresses such as 127.0.0.1") from error
    return found


def log_level(name: str, *, default: str) -> str:
    """The variable as a name that `logging` knows; raises WrongValue otherwise."""
    value = os.environ.get(name, default).upper()
    if value in logging.getLevelNamesMapping():
        return value
    raise WrongValue(f"{name} is {value!r}; use DEBUG, INFO, WARNING or ERROR")


def directory(name: str, *, default: Path) -> Path:
    """The variable as a directory that is there, made if need be, and takes files.

    Raises WrongValue when it cannot be had.
    """
    path = Path(os.environ.get(name) or default).resolve()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongValue(f"{name} {path}: {error.strerror}; use another directory") from error
    if os.access(path, os.W_OK | os.X_OK):
        return path
    raise WrongValue(f"{name} {path} takes no files from this user; use another directory")


def address(name: str, *, schemes: Collection[str], example: str) -> str | None:
    """The variable as an address of a service, None when there is none; raises WrongValue."""
    value = os.environ.get(name)
    if not value:
        return None
    parts = _split(value)
    if parts is None or not parts.scheme or not (parts.netloc or parts.path.strip("/")):
        raise WrongValue(
            f"{name} is no address; write it like {example}, / and # in a password as %2F and %23"
        )
    if parts.scheme not in schemes:
        raise WrongValue(f"{name} begins with {parts.scheme}:, which is not served; use {example}")
    return value


def without_password(url: str) -> str:
    """An address that `address` let through, fit to be shown: password and options left out."""
    parts = urlsplit(url)
    login, at, place = parts.netloc.rpartition("@")
    user, colon, _ = login.partition(":")
    hidden = f"{user}:***" if colon else user
    return parts._replace(netloc=f"{hidden}{at}{place}", query="", fragment="").geturl()


def first_line(path: Path, *, default: str) -> str:
    """What a running platform noted down in the file, or the default when there is no note."""
    try:
        return path.read_text(encoding="utf-8").splitlines()[0]
    except (FileNotFoundError, IndexError):
        return default


def _split(value: str) -> SplitResult | None:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:  # a bracket that does not close, a port that is no number
        return None
    return parts
