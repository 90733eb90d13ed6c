"""Whom an alert does not reach: refused orders, with their reason, and accounts passed by."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from accounts.exchange.types import Credentials
from orders.results import is_settled
from orders.tests.world import (
    World,
    limit_buy,
    user,
)


def test_an_account_with_bad_credentials_does_not_stop_the_others(world: World) -> None:
    good = world.account("A1")
    bad = world.stranger("A2", Credentials(api_key="nobody", secret="nothing"))
    strategy = world.strategy("test1", good, bad)

    first, second = world.trade(strategy, limit_buy())

    assert first.status == "ACCEPTED"
    assert (second.status, second.error_code) == ("REJECTED", "BAD_CREDENTIALS")
    assert [order["account"] for order in world.venue_orders()] == ["A1"]


@pytest.mark.scenario(37)
def test_an_account_with_too_little_money_does_not_stop_the_others(world: World) -> None:
    rich = world.account("A1")
    poor = world.account("A2", balances={"USDT": "20"})
    strategy = world.strategy("test1", rich, poor)

    first, second = world.trade(strategy, limit_buy())

    assert first.status == "ACCEPTED"
    assert (second.status, second.error_code) == ("REJECTED", "INSUFFICIENT_FUNDS")


@pytest.mark.scenario(35)
def test_an_order_below_the_minimum_is_denied_with_the_numbers_and_not_sent(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))

    (order,) = world.trade(strategy, limit_buy("90000", percent="0.001"))

    assert (order.status, order.error_code) == ("DENIED", "BELOW_MINIMUM")
    assert "minimum" in order.error_message
    assert world.venue_orders() == []


def test_an_expired_alert_is_denied_and_nothing_is_sent(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"), max_signal_age_seconds=60)
    signal = world.alert(
        strategy, limit_buy(), received_at=datetime.now(UTC) - timedelta(seconds=61)
    )

    (order,) = world.execute(signal)

    assert (order.status, order.error_code) == ("DENIED", "SIGNAL_EXPIRED")
    assert world.venue_orders() == []
    assert is_settled(signal.pk)


def test_an_unknown_symbol_is_denied_with_its_name(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))

    (order,) = world.trade(strategy, limit_buy(symbol="NOPE/USDT"))

    assert (order.status, order.error_code) == ("DENIED", "SYMBOL_UNKNOWN")
    assert world.venue_orders() == []


def test_a_market_in_another_currency_is_denied(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"), currency="KRW")

    (order,) = world.trade(strategy, limit_buy())

    assert (order.status, order.error_code) == ("DENIED", "CURRENCY_MISMATCH")


def test_a_venue_that_is_away_denies_with_its_reason(world: World, settings: Settings) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    settings.SANDBOX_URL = "http://127.0.0.1:9"

    (order,) = world.trade(strategy, limit_buy())

    assert (order.status, order.error_code) == ("DENIED", "MARKET_DATA_UNAVAILABLE")


@pytest.mark.scenario(55)
def test_a_subscriber_acts_on_own_accounts_only(world: World) -> None:
    subscriber = user("subscriber")
    strategy = world.strategy(
        "public", world.account("A1"), world.account("S1", owner=subscriber), is_public=True
    )

    orders = world.trade(strategy, limit_buy(), sender=subscriber)

    assert [order.account.name for order in orders] == ["S1"]
    assert [order["account"] for order in world.venue_orders()] == ["S1"]


def test_a_strategy_that_is_no_longer_public_trades_its_owners_accounts_only(world: World) -> None:
    strategy = world.strategy(
        "private", world.account("A1"), world.account("S1", owner=user("subscriber"))
    )

    orders = world.trade(strategy, limit_buy())

    assert [order.account.name for order in orders] == ["A1"]


def test_inactive_accounts_and_subscriptions_are_passed_by(world: World) -> None:
    active, asleep, unsubscribed = (world.account(name) for name in ("A1", "A2", "A3"))
    strategy = world.strategy("test1", active, asleep, unsubscribed)
    asleep.is_active = False
    asleep.save()
    strategy.subscriptions.filter(account=unsubscribed).update(is_active=False)

    orders = world.trade(strategy, limit_buy())

    assert [order.account.name for order in orders] == ["A1"]
