"""The trading world of the orders' tests."""

from orders.tests.conftest import world

__all__ = ["world"]
