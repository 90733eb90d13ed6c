"""A taken port moves a server that nobody placed, and stops one that somebody did."""

import socket

import pytest

from tradeplatform.lib.services.errors import ServiceError
from tradeplatform.supervisor.address import Address, address_of, listen

_HOST = "127.0.0.1"


def test_the_usual_port_is_used_when_it_is_free(said: list[str]) -> None:
    usual = _free_port()

    with listen(server="web", host=_HOST, port=0, usual_port=usual, say=said.append) as listener:
        address = address_of(listener)

    assert address == Address(_HOST, usual)
    assert said == []


def test_a_taken_usual_port_gives_another_one_and_says_so(said: list[str]) -> None:
    with _taken() as other:
        usual = address_of(other).port

        with listen(server="web", host=_HOST, port=0, usual_port=usual, say=said.append) as own:
            address = address_of(own)

    assert address.port != usual
    assert said == [f"Port {usual} is taken: web listens on {address.port}"]


def test_a_taken_port_that_was_asked_for_is_refused_by_its_variable(said: list[str]) -> None:
    with _taken() as other:
        port = address_of(other).port

        with pytest.raises(ServiceError) as refusal:
            listen(server="sandbox", host=_HOST, port=port, usual_port=8090, say=said.append)

    assert str(refusal.value).startswith(
        f"SANDBOX_PORT asks for port {port} on 127.0.0.1, which cannot be had: Address already in"
    )


def test_a_host_that_is_not_ours_is_refused(said: list[str]) -> None:
    with pytest.raises(ServiceError, match=r"^web cannot listen on 192\.0\.2\.1: "):
        listen(server="web", host="192.0.2.1", port=0, usual_port=8000, say=said.append)


def test_a_connection_waits_for_a_web_that_is_starting_again(said: list[str]) -> None:
    with listen(server="web", host=_HOST, port=0, usual_port=_free_port(), say=said.append) as own:
        address = address_of(own)

        with socket.create_connection((address.host, address.port), timeout=5) as early:
            early.sendall(b"alert")
            accepted, _ = own.accept()
            received = accepted.recv(5)
            accepted.close()

    assert received == b"alert"


def test_a_server_that_listens_everywhere_is_reached_on_loopback() -> None:
    assert Address("::", 8000).url == "http://[::1]:8000"
    assert Address("127.0.0.1", 8000).url == "http://127.0.0.1:8000"


@pytest.fixture
def said() -> list[str]:
    return []


def _taken() -> socket.socket:
    return socket.create_server((_HOST, 0))


def _free_port() -> int:
    with _taken() as server:
        return address_of(server).port
