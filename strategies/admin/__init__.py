"""Strategies, subscriptions, signals and positions in the admin."""

from strategies.admin.activity import PositionAdmin, SignalAdmin
from strategies.admin.trading import StrategyAdmin, SubscriptionAdmin

__all__ = ["PositionAdmin", "SignalAdmin", "StrategyAdmin", "SubscriptionAdmin"]
