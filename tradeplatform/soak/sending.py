"""Those who send the alerts: TradingView, which sends again, and others, who do not.

TradingView resends after a 5xx, up to three times; here it resends after no answer in time as well,
so that an alert that arrived twice is met often.
"""

import http.client
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from time import monotonic
from typing import Any

from tradeplatform.soak.alerts import Alert
from webhooks.completion import UNCONFIRMED

# TradingView gives up after so long.
_PATIENCE_SECONDS = 3
_PAUSES_SECONDS = (1, 3, 8)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request: its HTTP status, 0 without an answer, and the signal it became if it did."""

    status: int
    signal_id: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """An alert and what its sender learnt; the times of its first request and last answer."""

    alert: Alert
    attempts: tuple[Attempt, ...]
    began: float
    ended: float

    @property
    def signal_ids(self) -> frozenset[str]:
        """The signals that the platform says it became; more than one is a lie."""
        return frozenset(attempt.signal_id for attempt in self.attempts if attempt.signal_id)

    @property
    def is_refused(self) -> bool:
        """Whether the platform wants it changed."""
        status = self.attempts[-1].status
        return HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR


def _understood(status: int, body: Mapping[str, Any]) -> Attempt:
    """What the platform cannot confirm it has not taken upon itself, and says so."""
    if UNCONFIRMED in body["warnings"]:
        return Attempt(status)
    return Attempt(status, str(body["signal_id"]))


@dataclass(frozen=True, slots=True)
class Senders:
    """Post alerts to `url`; `tokens` by user."""

    url: str
    tokens: Mapping[str, str]
    sent: list[Sent] = field(default_factory=list)

    def send(self, alert: Alert) -> None:
        """Send the alert as its sender does, until it is answered or given up."""
        began = monotonic()
        body = {**alert.body, "token": self.tokens[alert.sender]}
        if alert.alert_id:
            body["alert_id"] = alert.alert_id
        attempts = [self._post(body)]
        for pause in _PAUSES_SECONDS if alert.alert_id else ():
            if 0 < attempts[-1].status < HTTPStatus.INTERNAL_SERVER_ERROR:
                break
            threading.Event().wait(pause)
            attempts.append(self._post(body))
        self.sent.append(Sent(alert, tuple(attempts), began, monotonic()))

    def _post(self, body: Mapping[str, object]) -> Attempt:
        request = urllib.request.Request(self.url, data=json.dumps(body).encode())  # noqa: S310 - loopback
        try:
            with urllib.request.urlopen(request, timeout=_PATIENCE_SECONDS) as answer:  # noqa: S310 - as above
                return _understood(answer.status, json.load(answer))
        except urllib.error.HTTPError as refusal:
            return Attempt(refusal.code)
        except (OSError, http.client.HTTPException):
            return Attempt(0)
