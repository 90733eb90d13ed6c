"""Fixtures for tests of expiry rules: the orders' world at the sandbox."""

from orders.tests.conftest import signal, subscription, world

__all__ = ["signal", "subscription", "world"]
