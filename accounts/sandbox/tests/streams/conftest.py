"""A second trader to trade with."""

import pytest

from accounts.sandbox.tests.trader import Trader


@pytest.fixture
def bob(url: str) -> Trader:
    """An account with 100,000 USDT in each wallet and 1 BTC."""
    return Trader(url, "bob", USDT="100000", BTC="1")
