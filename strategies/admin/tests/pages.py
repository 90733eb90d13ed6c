"""Addresses of the pages under test."""

from typing import Any

STRATEGIES = "/admin/strategies/strategy/"
SUBSCRIPTIONS = "/admin/strategies/subscription/"
SIGNALS = "/admin/strategies/signal/"
POSITIONS = "/admin/strategies/position/"


def change(path: str, row: Any) -> str:
    return f"{path}{row.pk}/change/"
