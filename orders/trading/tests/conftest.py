"""Fixtures for tests of trading states: the orders' world at the sandbox."""

from orders.tests.conftest import signal, subscription, world

__all__ = ["signal", "subscription", "world"]
