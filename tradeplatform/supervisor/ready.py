"""Whether the platform's own processes do their work yet."""

import http.client
from collections.abc import Iterable

from tradeplatform.celery import app
from tradeplatform.supervisor.address import Address

_ANSWER_SECONDS = 5


def answers(address: Address, path: str) -> bool:
    """Whether an HTTP server there answers a GET with anything but a server error."""
    connection = http.client.HTTPConnection(
        address.reachable_host, address.port, timeout=_ANSWER_SECONDS
    )
    try:
        connection.request("GET", path)
        return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def workers_consume(names: Iterable[str]) -> bool:
    """Whether every Celery worker named answers through the broker."""
    wanted = frozenset(names)
    replies = app.control.ping(destination=list(wanted), limit=len(wanted), timeout=0.5)
    return wanted == {name for reply in replies or () for name in reply}
