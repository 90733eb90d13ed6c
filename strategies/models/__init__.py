"""What is traded, by whom, how much, and what is done about orders that do not fill."""

from strategies.models.corrections import PositionCorrection
from strategies.models.expiry import BookSide, ExpiryAction, ExpiryRule, Purpose
from strategies.models.hooks import HookProgress
from strategies.models.strategies import MarkPrice, Position, Signal, Strategy, Subscription
from strategies.models.trading import TradingRun, TradingSwitch

__all__ = [
    "BookSide",
    "ExpiryAction",
    "ExpiryRule",
    "HookProgress",
    "MarkPrice",
    "Position",
    "PositionCorrection",
    "Purpose",
    "Signal",
    "Strategy",
    "Subscription",
    "TradingRun",
    "TradingSwitch",
]
