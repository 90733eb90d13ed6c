"""Orders, their fills and events, and the work of the shards, in the admin. All of it read-only:
what changes an order goes through orders.cancellation, a remainder through orders.remainders."""

from orders.admin.following import FeedAdmin, StrayOrderAdmin
from orders.admin.history import DispatchAdmin, ExpiryAdmin, FillAdmin, OrderEventAdmin
from orders.admin.orders import OpenOrderAdmin, OrderAdmin
from orders.admin.remainders import RemainderAdmin
from orders.admin.trading import TradingSwitchAdmin
from orders.admin.trading_runs import TradingRunAdmin

__all__ = [
    "DispatchAdmin",
    "ExpiryAdmin",
    "FeedAdmin",
    "FillAdmin",
    "OpenOrderAdmin",
    "OrderAdmin",
    "OrderEventAdmin",
    "RemainderAdmin",
    "StrayOrderAdmin",
    "TradingRunAdmin",
    "TradingSwitchAdmin",
]
