"""Senders who are slow, silent or endless hold up nobody: a gunicorn with two threads, over TCP."""

import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.client import HTTPConnection

import pytest
from django.conf import settings

Connect = Callable[[], socket.socket]

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\n"
SLOW = {
    "silent": b"",
    "head": HEAD,
    "body": HEAD + b"Content-Length: 50\r\n\r\n{",
    "chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
    "blank line": b"\r\n",
}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Where a gunicorn with two threads and room for twenty connections listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "tradeplatform.web.tests.echo:application"),
                *("--worker-class", "tradeplatform.web.worker.WholeRequestWorker"),
                *("--threads", "2", "--worker-connections", "20", "--no-control-socket"),
                *("--bind", f"fd://{listener.fileno()}", "--graceful-timeout", "1"),
            ],
            cwd=settings.BASE_DIR,
            pass_fds=[listener.fileno()],
            stderr=subprocess.DEVNULL,
        )
        yield listener.getsockname()[1]
        process.terminate()
        process.wait()


@pytest.fixture
def connect(port: int) -> Iterator[Connect]:
    with ExitStack() as open_ones:

        def connection() -> socket.socket:
            made = socket.create_connection(("127.0.0.1", port), timeout=30)
            return open_ones.enter_context(made)

        yield connection


def exchange(connection: socket.socket, sent: bytes, *, until: bytes) -> bytes:
    """What is answered, up to the end that is waited for or that of the connection."""
    connection.sendall(sent)
    return read(connection, until=until)


def read(connection: socket.socket, *, until: bytes) -> bytes:
    answer = b""
    while not answer.endswith(until) and (piece := connection.recv(65536)):
        answer += piece
    return answer


def post(body: bytes) -> bytes:
    return HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


@pytest.mark.parametrize("kind", SLOW)
def test_slow_senders_hold_up_nobody(connect: Connect, kind: str) -> None:
    slow = [connect() for _ in range(10)]
    for connection in slow:
        connection.sendall(SLOW[kind])

    answer = exchange(connect(), post(b"alert"), until=b"POST alert")

    assert answer.startswith(b"HTTP/1.1 200 OK")


def test_more_slow_senders_than_there_is_room_for_give_way(connect: Connect) -> None:
    slow = [connect() for _ in range(30)]

    answer = exchange(connect(), post(b"alert"), until=b"POST alert")

    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert slow[0].recv(1) == b""


def test_a_slow_request_is_answered_when_it_is_there(connect: Connect) -> None:
    connection = connect()
    request = post(b"alert")
    for at in range(len(request) - 1):
        connection.sendall(request[at : at + 1])

    answer = exchange(connection, request[-1:], until=b"POST alert")

    assert answer.startswith(b"HTTP/1.1 200 OK")


def test_a_body_in_chunks_is_taken(connect: Connect) -> None:
    chunks = b"2\r\nal\r\n3\r\nert\r\n0\r\n\r\n"

    answer = exchange(
        connect(), HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks, until=b"POST alert"
    )

    assert answer.startswith(b"HTTP/1.1 200 OK")


def test_a_kept_connection_serves_request_after_request(port: int) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    bodies = []
    for number in range(3):
        connection.request("POST", "/", body=f"alert {number}")
        bodies.append(connection.getresponse().read())
    connection.close()

    assert bodies == [b"POST alert 0", b"POST alert 1", b"POST alert 2"]


def test_requests_sent_ahead_are_answered_one_after_another(connect: Connect) -> None:
    connection = connect()
    first, second, third = post(b"one"), post(b"two"), post(b"three")

    answers = exchange(connection, first + second + third[:-1], until=b"POST two")
    answers += exchange(connection, third[-1:], until=b"POST three")

    assert re.findall(rb"POST (?:one|two|three)", answers) == [b"POST one", b"POST two", b"POST three"]


def test_a_sender_who_waits_to_be_asked_for_the_body_is_asked(connect: Connect) -> None:
    connection = connect()
    head = HEAD + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n"

    asked = exchange(connection, head, until=b"\r\n\r\n")
    answer = exchange(connection, b"alert", until=b"POST alert")

    assert asked == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert b"HTTP/1.1 200 OK" in answer


def test_of_an_endless_request_the_beginning_is_answered_and_the_connection_ended(
    connect: Connect,
) -> None:
    connection = connect()
    connection.sendall(HEAD + b"Content-Length: 500000000\r\n\r\n" + b"x" * 300_000)

    answer = read(connection, until=b"never")

    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert answer.endswith(b"POST " + b"x" * 64 * 1024)


def test_what_is_no_http_is_refused(connect: Connect) -> None:
    answer = exchange(connect(), b"\x16\x03\x01 hello\r\n\r\n", until=b"never")

    assert answer.startswith(b"HTTP/1.1 400")
