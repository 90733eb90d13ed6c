"""The trading world at the sandbox."""

from orders.tests.conftest import world

__all__ = ["world"]
