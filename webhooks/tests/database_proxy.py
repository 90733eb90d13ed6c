"""A TCP proxy in front of the test database that breaks one connection, as a bad network would."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.db import connection


class Loss(Enum):
    """What is lost, and with it the connection."""

    WRITE = "WRITE"  # the signal's INSERT, before any COMMIT
    ANSWER = "ANSWER"  # the server commits, its answer does not arrive
    COMMIT = "COMMIT"  # the server never hears of it
    ANSWER_AND_SERVER = "ANSWER_AND_SERVER"  # as ANSWER, and nobody can connect afterwards


@dataclass
class DatabaseProxy:
    """Passes bytes on until what `lose` named comes by."""

    upstream: dict[str, Any]
    listener: socket.socket = field(
        default_factory=lambda: socket.create_server(("127.0.0.1", 0), backlog=8)
    )
    loss: Loss | None = None
    is_open: bool = True

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self.listener.getsockname()[1]
        return port

    def lose(self, loss: Loss) -> None:
        """Break the connection at the next such statement."""
        self.loss = loss

    def serve(self) -> None:
        """Accept connections until the listener is closed."""
        while self.is_open:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = self._connect()
            threading.Thread(target=self._to_server, args=(client, server), daemon=True).start()
            threading.Thread(target=_pass_on, args=(server, client), daemon=True).start()

    def close(self) -> None:
        """Accept nobody any more."""
        self.is_open = False
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _connect(self) -> socket.socket:
        host, port = self.upstream["HOST"], self.upstream["PORT"] or "5432"
        if not host.startswith("/"):
            return socket.create_connection((host, int(port)))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{host}/.s.PGSQL.{port}")
        return server

    def _to_server(self, client: socket.socket, server: socket.socket) -> None:
        while data := _received(client):
            if self.loss and _trigger(self.loss) in data:
                self._break(client, server, data)
                return
            server.sendall(data)
        _hang_up(server)

    def _break(self, client: socket.socket, server: socket.socket, statement: bytes) -> None:
        loss, self.loss = self.loss, None
        if loss is Loss.ANSWER_AND_SERVER:
            self.close()
        _hang_up(client)
        if loss in (Loss.ANSWER, Loss.ANSWER_AND_SERVER):
            server.sendall(statement)
        _hang_up(server)


@contextmanager
def proxied_database() -> Iterator[DatabaseProxy]:
    """Let this thread's default connection go through a proxy for a while."""
    usual = dict(connection.settings_dict)
    proxy = DatabaseProxy(upstream=usual)
    threading.Thread(target=proxy.serve, daemon=True).start()
    connection.close()
    connection.settings_dict.update(HOST="127.0.0.1", PORT=str(proxy.port))
    try:
        yield proxy
    finally:
        connection.close()
        connection.settings_dict.update(HOST=usual["HOST"], PORT=usual["PORT"])
        if proxy.is_open:
            proxy.close()


def _trigger(loss: Loss) -> bytes:
    return b'INSERT INTO "strategies_signal"' if loss is Loss.WRITE else b"COMMIT"


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    while data := _received(source):
        try:
            target.sendall(data)
        except OSError:
            return
    _hang_up(target)


def _received(source: socket.socket) -> bytes:
    try:
        return source.recv(65_536)
    except OSError:
        return b""


def _hang_up(end: socket.socket) -> None:
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
