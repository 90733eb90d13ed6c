"""Strategies, subscriptions, signals, positions and hooks in the admin."""

from strategies.admin.activity import SignalAdmin
from strategies.admin.hooks import HookProgressAdmin
from strategies.admin.positions import MarkPriceAdmin, PositionAdmin
from strategies.admin.trading import StrategyAdmin, SubscriptionAdmin

__all__ = [
    "HookProgressAdmin",
    "MarkPriceAdmin",
    "PositionAdmin",
    "SignalAdmin",
    "StrategyAdmin",
    "SubscriptionAdmin",
]
