"""Which address a server of ours listens on, and where others reach it."""

import socket
from collections.abc import Callable
from dataclasses import dataclass

from tradeplatform.lib.services.errors import ServiceError

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
    def bind(self) -> str:
        return f"{_bracketed(self.host)}:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{_bracketed(self.reachable_host)}:{self.port}"


def choose_address(
    *, server: str, host: str, port: int, usual_port: int, say: Callable[[str], object]
) -> Address:
    """`port` unless it is 0; else `usual_port` or, when that is taken, a free one, and says so.

    Raises ServiceError when a port that was asked for cannot be had.
    """
    if port and not _can_listen(host, port):
        variable = f"{server.upper()}_PORT"
        raise ServiceError(
            f"{variable} asks for port {port} on {host}, which is taken or not ours to use: "
            f"stop what listens there or set {variable} to another port"
        )
    if port or _can_listen(host, usual_port):
        return Address(host, port or usual_port)
    address = Address(host, _free_port(host))
    say(f"Port {usual_port} is taken: {server} listens on {address.port}")
    return address


def _can_listen(host: str, port: int) -> bool:
    try:
        with _listening(host, port):
            return True
    except OSError:
        return False


def _free_port(host: str) -> int:
    with _listening(host, 0) as server:
        return int(server.getsockname()[1])


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
