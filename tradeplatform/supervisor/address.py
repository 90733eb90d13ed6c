"""Which address a server of ours listens on, and where others reach it."""

import socket
from collections.abc import Callable
from dataclasses import dataclass

from tradeplatform.lib.services.errors import ServiceError

# Connections that wait to be accepted: an alert that comes while the web starts again is not lost.
_BACKLOG = 2048
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - the names of "everywhere", not a bind


@dataclass(frozen=True, slots=True)
class Address:
    """A host to listen on and a port."""

    host: str
    port: int

    @property
    def reachable_host(self) -> str:
        """The host to connect to from this machine."""
        return _ANY.get(self.host, self.host)

    @property
    def url(self) -> str:
        return f"http://{_bracketed(self.reachable_host)}:{self.port}"


def listen(
    *, server: str, host: str, port: int, usual_port: int, say: Callable[[str], object]
) -> socket.socket:
    """Listens on `port` unless it is 0; else on `usual_port` or, that taken, on a free one.

    Raises ServiceError when a port that was asked for cannot be had.
    """
    try:
        return _listening(host, port or usual_port)
    except OSError as error:
        if port:
            variable = f"{server.upper()}_PORT"
            raise ServiceError(
                f"{variable} asks for port {port} on {host}, which cannot be had: "
                f"{error.strerror}. Stop what uses it, or set {variable} to another port"
            ) from error
    listener = _on_a_free_port(server, host)
    say(f"Port {usual_port} is taken: {server} listens on {address_of(listener).port}")
    return listener


def address_of(listener: socket.socket) -> Address:
    """Where the socket listens."""
    host, port = listener.getsockname()[:2]
    return Address(host, port)


def _on_a_free_port(server: str, host: str) -> socket.socket:
    try:
        return _listening(host, 0)
    except OSError as error:
        raise ServiceError(f"{server} cannot listen on {host}: {error.strerror}") from error


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=_BACKLOG)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
