"""A client that shows an answer as it came over the wire, and the control API's part for faults."""

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from accounts.sandbox.tests.trader import LIMIT, Trader, send

SPOT, FUTURES = "/api/v3/order", "/fapi/v1/order"


@dataclass(frozen=True, slots=True)
class Told:
    """An answer, unread."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The text read."""
        return json.loads(self.text)


def ask(trader: Trader, method: str, path: str, **parameters: object) -> Told:
    """A signed request; the errors of a connection are raised as they come."""
    return _told(trader, method, path, parameters, timeout=10)


def place(trader: Trader, *, path: str = SPOT, timeout: float = 10, **fields: object) -> Told:
    """Ask for a resting buy, or for what `fields` make of it."""
    return _told(trader, "POST", path, {**LIMIT, **fields}, timeout=timeout)


def _told(
    trader: Trader, method: str, path: str, parameters: dict[str, object], *, timeout: float
) -> Told:
    connection = http.client.HTTPConnection(urlsplit(trader.url).netloc, timeout=timeout)
    try:
        headers = {"X-MBX-APIKEY": trader.key}
        connection.request(method, f"{path}?{trader.query(**parameters)}", headers=headers)
        answer = connection.getresponse()
        return Told(answer.status, dict(answer.getheaders()), answer.read().decode())
    finally:
        connection.close()


def set_fault(url: str, **fields: object) -> Any:
    """Set a fault; its row."""
    status, row = send("POST", f"{url}/sandbox/faults", body=json.dumps(fields))
    assert status == 200, row
    return row


def struck(url: str) -> list[int]:
    """How often each fault that is set has struck."""
    return [row["struck"] for row in send("GET", f"{url}/sandbox/faults")[1]]
