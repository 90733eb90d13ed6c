"""A taken port moves a server that nobody placed, and stops one that somebody did."""

import socket

import pytest

from tradeplatform.lib.services.errors import ServiceError
from tradeplatform.supervisor.address import Address, choose_address


def test_the_usual_port_is_used_when_it_is_free() -> None:
    said: list[str] = []
    usual = _free_port()

    address = choose_address(
        server="web", host="127.0.0.1", port=0, usual_port=usual, say=said.append
    )

    assert address == Address("127.0.0.1", usual)
    assert said == []


def test_a_taken_usual_port_gives_another_one_and_says_so() -> None:
    said: list[str] = []
    with _taken() as server:
        usual = server.getsockname()[1]

        address = choose_address(
            server="web", host="127.0.0.1", port=0, usual_port=usual, say=said.append
        )

    assert address.port != usual
    assert said == [f"Port {usual} is taken: web listens on {address.port}"]


def test_a_taken_port_that_was_asked_for_is_refused_by_its_variable() -> None:
    with _taken() as server:
        port = server.getsockname()[1]

        with pytest.raises(ServiceError, match=f"^SANDBOX_PORT asks for port {port} on 127.0.0.1"):
            choose_address(
                server="sandbox", host="127.0.0.1", port=port, usual_port=8090, say=print
            )


def test_a_server_that_listens_everywhere_is_reached_on_loopback() -> None:
    assert Address("::", 8000).url == "http://[::1]:8000"
    assert Address("127.0.0.1", 8000).url == "http://127.0.0.1:8000"
    assert Address("::1", 8000).bind == "[::1]:8000"


def _taken() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def _free_port() -> int:
    with _taken() as server:
        return int(server.getsockname()[1])
