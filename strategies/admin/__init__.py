"""Strategies, subscriptions, signals, positions and hooks in the admin."""

from strategies.admin.activity import PositionAdmin, SignalAdmin
from strategies.admin.hooks import HookProgressAdmin
from strategies.admin.trading import StrategyAdmin, SubscriptionAdmin

__all__ = [
    "HookProgressAdmin",
    "PositionAdmin",
    "SignalAdmin",
    "StrategyAdmin",
    "SubscriptionAdmin",
]
