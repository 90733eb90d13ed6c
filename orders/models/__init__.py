"""Orders, their history, what expiry rules did to them, and how we follow them."""

from orders.models.dispatches import Dispatch
from orders.models.expiry import Expiry
from orders.models.feeds import SILENT_AFTER, Feed, Remainder, StrayOrder, StreamState, is_pushed
from orders.models.history import Fill, OrderEvent
from orders.models.orders import UNRESOLVED, OpenOrder, Order

__all__ = [
    "SILENT_AFTER",
    "UNRESOLVED",
    "Dispatch",
    "Expiry",
    "Feed",
    "Fill",
    "OpenOrder",
    "Order",
    "OrderEvent",
    "Remainder",
    "StrayOrder",
    "StreamState",
    "is_pushed",
]
