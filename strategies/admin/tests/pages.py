"""Addresses of the pages under test, and forms filled in."""

from typing import Any

from django.contrib.auth.models import User
from django.test import Client

STRATEGIES = "/admin/strategies/strategy/"
SUBSCRIPTIONS = "/admin/strategies/subscription/"
SIGNALS = "/admin/strategies/signal/"
POSITIONS = "/admin/strategies/position/"

NO_INLINES = {
    f"{inline}-{count}": "0"
    for inline in ("subscriptions", "expiry_rules")
    for count in ("TOTAL_FORMS", "INITIAL_FORMS")
}
RULE_FORM = {
    "rank": "1",
    "is_active": "on",
    "action": "CANCEL",
    "after_seconds": "30 min",
    "book_side": "OWN",
    "level_from": "1",
    "level_to": "1",
    "max_replacements": "10",
    "max_slippage_percent": "1",
}


def change(path: str, row: Any) -> str:
    return f"{path}{row.pk}/change/"


def attempts(client: Client, path: str, row: Any, **fields: str) -> list[int]:
    """How it is answered when somebody adds a row, changes this one, and deletes it."""
    answers = [
        client.get(f"{path}add/"),
        client.post(change(path, row), fields),
        client.post(f"{path}{row.pk}/delete/", {"post": "yes"}),
    ]
    return [answer.status_code for answer in answers]


def strategy_form(owner: User, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Trend",
        "owner": owner.pk,
        "group_name": "trend",
        "is_active": "on",
        "market_type": "SPOT",
        "max_signal_age_seconds": "60",
        **NO_INLINES,
        **changes,
    }
