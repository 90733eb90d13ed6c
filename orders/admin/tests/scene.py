"""Who is who in the tests of order pages."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User

from orders.models import Order
from orders.tests.rows import make_dispatch, make_event, make_expiry, make_fill, make_order
from strategies.models import Signal, Subscription

ORDERS = "/admin/orders/order/"
OPEN_ORDERS = "/admin/orders/openorder/"
FILLS = "/admin/orders/fill/"
EVENTS = "/admin/orders/orderevent/"
DISPATCHES = "/admin/orders/dispatch/"
EXPIRIES = "/admin/orders/expiry/"
PAGES = [ORDERS, OPEN_ORDERS, FILLS, EVENTS, EXPIRIES, DISPATCHES]


@dataclass
class Scene:
    """Alice's account trades Bob's public strategy; Carol has nothing to do with it."""

    alice: User
    bob: User
    carol: User
    subscription: Subscription
    signal: Signal

    def order(self, **fields: Any) -> Order:
        return make_order(self.subscription, self.signal, **fields)

    def rows(self) -> dict[str, Any]:
        """One row for each page."""
        order = self.order()
        return {
            ORDERS: order,
            OPEN_ORDERS: order,
            FILLS: make_fill(order),
            EVENTS: make_event(order),
            EXPIRIES: make_expiry(order),
            DISPATCHES: make_dispatch(self.signal),
        }
