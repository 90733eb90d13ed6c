"""What a channel's address may be, judged before it is kept; it is judged again when used."""

import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from tradeplatform.notifications.catalogue import (
    NATIVE_HOSTS,
    OWN_SERVER,
    PARAMETERS,
    PREFIXES,
    SCHEMES,
    WITH_HOST,
)
from tradeplatform.notifications.publicness import may_be_reached

_ADDRESS = re.compile(r"(?P<scheme>[a-z0-9]+)://(?P<place>[^/?#]*)(?P<path>[^?]*)\??(?P<query>.*)")
_SHORTEST_SECRET = 4
_REMOVED = "***"


class AddressRefused(Exception):
    """The address cannot be used; the message says why and never repeats the address."""


@dataclass(frozen=True, slots=True)
class Parts:
    """An address taken apart. `host` is in lower case, without user, password and port."""

    scheme: str
    place: str
    path: str
    query: str

    @property
    def host(self) -> str:
        host = self.place.rpartition("@")[2]
        if host.startswith("["):
            return host[1:].partition("]")[0].lower()
        return host.partition(":")[0].lower()

    @property
    def parameters(self) -> list[tuple[str, str]]:
        # As Apprise 2.2 reads them (utils/parse.py): a semicolon separates, a plus is a plus.
        query = self.query.replace(";", "&").replace("+", "%2B")
        return [(name.strip(), value) for name, value in parse_qsl(query, keep_blank_values=True)]


def check_address(address: str, *, allow_private: bool) -> str:
    """The hint to show in its place. Raises AddressRefused."""
    parts = take_apart(address)
    _check_parameters(parts)
    for host in _hosts(parts):
        _check_host(host, allow_private=allow_private)
    return _hint(parts)


def take_apart(address: str) -> Parts:
    """The parts of an address of a service that may be used. Raises AddressRefused."""
    found = _ADDRESS.fullmatch(address.strip())
    if found is None:
        raise AddressRefused("An address looks like tgram://…; see the examples.")
    parts = Parts(**found.groupdict())
    if parts.place.count("@") > 1:  # Apprise would take another part for the host than we do
        raise AddressRefused("Write @ inside a user name or password as %40.")
    if parts.scheme == "https" and parts.host in NATIVE_HOSTS:
        return parts
    if parts.scheme in ("http", "https"):
        raise AddressRefused("For a server of your own write json:// or, with https, jsons://.")
    if parts.scheme not in SCHEMES:
        raise AddressRefused(f"{parts.scheme}:// is not supported; see the examples.")
    return parts


def without_secrets(text: str, *, address: str) -> str:
    """The text with every piece of the address taken out but its scheme and public host."""
    parts = take_apart(address)
    shown = {parts.scheme, parts.host if _has_host(parts) else ""}
    for piece in sorted(_pieces(address) - shown, key=len, reverse=True):
        text = text.replace(piece, _REMOVED)
    return text


def _pieces(address: str) -> set[str]:
    texts = (address, unquote(address))
    found = {piece for text in texts for piece in re.split(r"[/:@?&=#]+", text)}
    return {piece for piece in found if len(piece) >= _SHORTEST_SECRET}


def _check_parameters(parts: Parts) -> None:
    for name, _value in parts.parameters:
        is_own = parts.scheme in OWN_SERVER and name.startswith(PREFIXES)
        if not is_own and name.lower() not in PARAMETERS:
            raise AddressRefused(f"The parameter {name[:40]!r} may not be used; leave it out.")


def _has_host(parts: Parts) -> bool:
    return parts.scheme in WITH_HOST or parts.scheme == "https"


def _hosts(parts: Parts) -> Iterable[str]:
    if _has_host(parts):
        yield parts.host
    yield from (value for name, value in parts.parameters if name.lower() == "smtp")


def _check_host(host: str, *, allow_private: bool) -> None:
    if not host:
        raise AddressRefused("The address names no host; see the examples.")
    for found in _looked_up(host):
        if not may_be_reached(found, allow_private=allow_private):
            place = host if host == found else f"{host} ({found})"
            raise AddressRefused(f"{place} is no public address; messages go to public ones only.")


def _looked_up(host: str) -> set[str]:
    """The numeric addresses of a name; none when nobody knows it now: sending will tell."""
    try:
        return {str(found[4][0]) for found in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return set()


def _hint(parts: Parts) -> str:
    if _has_host(parts):
        return f"{parts.scheme}://{parts.host}/…"[:100]
    return f"{parts.scheme}://{parts.place[:2]}…"
