"""Accounts at venues that are not the sandbox: what they would misread is not sent to them."""

import pytest

from accounts.exchange.tests import listings
from accounts.exchange.tests.conftest import venue
from accounts.exchange.tests.scripted_venue import ScriptedVenue
from accounts.exchange.types import Credentials, Environment, OrderType, Side
from accounts.models import Account
from orders.tests.world import World, place
from strategies.models import Strategy

__all__ = ["venue"]


def upbit(world: World, environment: Environment = Environment.LIVE) -> Strategy:
    """A strategy on an account at Upbit."""
    account: Account = world.stranger("U1", Credentials(api_key="key", secret="secret"))
    account.venue, account.environment = "upbit", environment.value
    account.save()
    return world.strategy("korea", account, capital="10000000")


@pytest.mark.scenario(36)
def test_order_below_a_minimum_that_upbit_does_not_state_is_denied(
    world: World, venue: ScriptedVenue
) -> None:
    listings.list_upbit(venue)
    buy = place("BTC/KRW", Side.BUY, OrderType.LIMIT, quantity="0.00004999", price="100000000")

    (order,) = world.trade(upbit(world), buy)

    assert (order.status, order.error_code) == ("DENIED", "BELOW_MINIMUM")
    assert "worth 4999 KRW, below the minimum 5000" in order.error_message
    assert [request.method for request in venue.requests] == ["GET"]


@pytest.mark.scenario(85)
def test_stop_order_that_upbit_would_fill_at_once_is_not_sent(
    world: World, venue: ScriptedVenue
) -> None:
    listings.list_upbit(venue)
    stop = place(
        *("BTC/KRW", Side.BUY, OrderType.STOP_LIMIT),
        quantity="0.01",
        price="100000000",
        stop="100000000",
    )

    (order,) = world.trade(upbit(world), stop)

    assert (order.status, order.error_code) == ("DENIED", "STOP_NOT_SUPPORTED")
    assert [request.method for request in venue.requests] == ["GET"]


@pytest.mark.scenario(60)
def test_testnet_account_where_the_venue_has_no_testnet_sends_nothing(
    world: World, venue: ScriptedVenue
) -> None:
    listings.list_upbit(venue)
    buy = place("BTC/KRW", Side.BUY, OrderType.LIMIT, quantity="0.01", price="100000000")

    (order,) = world.trade(upbit(world, Environment.TESTNET), buy)

    assert order.status == "DENIED"
    assert venue.requests == []
