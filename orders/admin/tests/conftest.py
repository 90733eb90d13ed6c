"""Fixtures for the tests of order pages."""

import pytest

from accounts.tests.rows import make_account, trader
from orders.admin.tests.scene import Scene
from strategies.tests.rows import make_signal, make_strategy, subscribe


@pytest.fixture
def scene() -> Scene:
    alice, bob, carol = trader("alice"), trader("bob"), trader("carol")
    strategy = make_strategy(bob, "bobs-strategy", is_public=True)
    subscription = subscribe(strategy, make_account(alice, "alices-account"))
    return Scene(alice, bob, carol, subscription, make_signal(strategy, bob))
