"""What people may be told of. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Event(StrEnum):
    """What a channel's owner chooses from."""

    FILL = "FILL"
    REFUSED = "REFUSED"
    EXPIRY = "EXPIRY"
    NEEDS_PERSON = "NEEDS_PERSON"
    STOPPED = "STOPPED"
    TRADING_STATE = "TRADING_STATE"
    BREAKER = "BREAKER"
    DRIFT = "DRIFT"
    HOOK = "HOOK"
    ALERT = "ALERT"
    SILENT = "SILENT"


CHOICES = {
    Event.FILL: "Fills",
    Event.REFUSED: "Refused orders: by the exchange, or not sent by us",
    Event.EXPIRY: "Expiry rules that acted on an order",
    Event.NEEDS_PERSON: "Orders with an unknown outcome, and orders that need a person",
    Event.STOPPED: "Accounts that are stopped: their key does not work or may withdraw",
    Event.TRADING_STATE: "Trading that is stopped or resumed, and whether a flatten ended flat",
    Event.BREAKER: "Accounts that are left alone for a while (exchanges: superusers only)",
    Event.DRIFT: "Drift: an account holds something else than its positions",
    Event.HOOK: "Problems of a strategy's hooks",
    Event.ALERT: "Alerts that ordered nothing: refused (without a token: to superusers), failed",
    Event.SILENT: "Workers or streams that are silent (superusers only)",
}

# One of it, several of it: for subjects and counts.
NOUNS = {
    Event.FILL: ("fill", "fills"),
    Event.REFUSED: ("refused order", "refused orders"),
    Event.EXPIRY: ("expiry", "expiries"),
    Event.NEEDS_PERSON: ("order that needs you", "orders that need you"),
    Event.STOPPED: ("news of stops", "news of stops"),
    Event.TRADING_STATE: ("news of trading states", "news of trading states"),
    Event.BREAKER: ("news of breakers", "news of breakers"),
    Event.DRIFT: ("news of drift", "news of drift"),
    Event.HOOK: ("news of hooks", "news of hooks"),
    Event.ALERT: ("news of alerts", "news of alerts"),
    Event.SILENT: ("news of the platform", "news of the platform"),
}


@dataclass(frozen=True, slots=True)
class News:
    """One thing that happened, in words. `key` names it within its source, for ever.

    `owner_id` says whom it concerns; None is the platform itself, and superusers hear of it.
    """

    key: str
    owner_id: int | None
    at: datetime
    text: str
