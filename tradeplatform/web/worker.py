"""gunicorn's threaded worker (27.0), but a request gets a thread only once it is there to its end.

Until then its bytes are collected beside all others', without a thread. So whoever sends slowly or
not at all holds up nobody: the oldest unfinished request gives way when there are too many, and
none may take longer than _SECONDS. A thread never waits for a sender: it reads what was collected,
not the socket.
"""

import errno
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.http import get_parser
from gunicorn.workers.gthread import ThreadWorker

from tradeplatform.web.incoming import LARGEST, Incoming

_SECONDS = 10
_PIECE = 64 * 1024
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class WholeRequestWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """`gunicorn --worker-class tradeplatform.web.worker.WholeRequestWorker`."""

    def enqueue_req(self, conn: Any) -> None:
        """Take in a request on a new or kept connection before it is submitted to a thread."""
        if self.cfg.is_ssl:
            super().enqueue_req(conn)  # its bytes mean nothing here; put the proxy before us
            return
        if self.nr_conns >= self.worker_connections and self.pending_conns:
            self._drop(self.pending_conns[0])
        rest = conn.parser.unreader.take_buffered() if conn.parser else b""
        conn.incoming = Incoming(bytearray(rest))
        conn.timeout = time.monotonic() + _SECONDS  # looked at by murder_pending
        conn.sock.setblocking(False)
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))
        self.on_pending_socket_readable(conn, conn.sock)  # most requests are there already

    def on_pending_socket_readable(self, conn: Any, client: Any) -> None:
        """Collect what has come, and submit the request once that is all, or too much."""
        incoming: Incoming | None = conn.incoming
        if incoming is None:  # dropped while this event was on its way
            return
        if not incoming.is_whole() and not self._collect(conn, incoming):
            return
        is_cut = not incoming.is_whole()
        if is_cut and len(incoming.received) < LARGEST:
            _encourage(conn, incoming)
            return
        self._forget(conn)
        conn.parser = get_parser(self.cfg, _source(incoming, is_cut=is_cut), conn.client)
        conn.initialized = True
        super().enqueue_req(conn)

    def _collect(self, conn: Any, incoming: Incoming) -> bool:
        """Whether anything has come. A connection that has ended is dropped."""
        try:
            piece = conn.sock.recv(_PIECE)
        except BlockingIOError:
            return False
        except OSError:
            piece = b""
        if not piece:
            self._drop(conn)
        incoming.received += piece
        return bool(piece)

    def _forget(self, conn: Any) -> None:
        self.poller.unregister(conn.sock)
        self.pending_conns.remove(conn)
        conn.incoming = None

    def _drop(self, conn: Any) -> None:
        self._forget(conn)
        self.nr_conns -= 1
        conn.close()


def _encourage(conn: Any, incoming: Incoming) -> None:
    """Tell a sender who waits for that to send the body (RFC 9110, section 10.1.1)."""
    if incoming.expects_continue:
        incoming.expects_continue = False
        with suppress(OSError):  # whoever is gone needs no encouragement
            conn.sock.send(_CONTINUE)


def _source(incoming: Incoming, *, is_cut: bool) -> Iterator[bytes]:
    """What the parser reads instead of the socket. The end of what was cut off cannot be read."""
    yield bytes(incoming.received)
    if is_cut:
        raise OSError(errno.ECONNRESET, "the request is larger than is taken in")
