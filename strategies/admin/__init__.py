"""Strategies, subscriptions, signals and positions in the admin."""

from strategies.admin.activity import SignalAdmin
from strategies.admin.positions import MarkPriceAdmin, PositionAdmin
from strategies.admin.trading import StrategyAdmin, SubscriptionAdmin

__all__ = [
    "MarkPriceAdmin",
    "PositionAdmin",
    "SignalAdmin",
    "StrategyAdmin",
    "SubscriptionAdmin",
]
