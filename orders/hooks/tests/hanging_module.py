"""A module of hooks that hangs while it is imported, until it is let go."""

from orders.hooks.tests.recorded import Hanging, Recorder

Hanging.entered.set()
Hanging.let_go.wait(timeout=30)


class Late(Recorder):
    """Is there in the end."""
