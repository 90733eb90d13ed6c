"""Market data: one price per symbol, and no venue waits for another."""

import asyncio
from datetime import timedelta

import pytest
from pytest_django import Settings

from accounts.exchange.types import Side
from orders import market_data
from orders.planning import load_plan
from orders.tests.world import World, dispatches_of, limit_buy, market, prefetch
from strategies.sizing import Denied
from tradeplatform.lib import loop


def view_of(world: World, *intents: object) -> market_data.MarketView:
    strategy = world.strategy("test1", *[world.account(f"A{number}") for number in range(4)])
    signal = world.alert(strategy, *intents)  # type: ignore[arg-type] # intents
    plan = load_plan(dispatches_of(signal)[0])
    assert plan is not None
    return prefetch(plan)


def test_the_price_of_a_symbol_is_read_once_for_all_accounts(world: World) -> None:
    view = view_of(world, market(Side.BUY, percent="10"), market(Side.BUY, notional="100"))

    assert [symbol for _, symbol in view.prices] == ["BTC/USDT"]


def test_a_limit_order_needs_no_price(world: World) -> None:
    view = view_of(world, limit_buy())

    assert view.prices == {}
    assert len(view.tables) == 1


def test_an_unknown_symbol_does_not_spoil_the_others(world: World) -> None:
    view = view_of(
        world, market(Side.BUY, symbol="NOPE/USDT", percent="1"), market(Side.BUY, percent="1")
    )

    assert [symbol for _, symbol in view.prices] == ["BTC/USDT"]


def test_a_venue_that_is_away_leaves_an_empty_view(world: World, settings: Settings) -> None:
    settings.SANDBOX_URL = "http://127.0.0.1:9"

    view = view_of(world, limit_buy())

    assert view.tables == {}


def test_a_price_that_is_too_old_sizes_nothing(world: World, settings: Settings) -> None:
    intent = market(Side.BUY, percent="10")
    view = view_of(world, intent)
    (key,) = view.tables
    price = view.prices[key, "BTC/USDT"]
    limit = settings.PRICE_MAX_AGE_SECONDS

    fresh = view.find(key, intent, now=price.read_at + timedelta(seconds=limit))
    stale = view.find(key, intent, now=price.read_at + timedelta(seconds=limit + 1))

    assert fresh is not None
    assert fresh.last_price == price.value
    assert stale is None


def test_without_markets_a_cancel_still_knows_its_symbol(world: World) -> None:
    view = view_of(world, limit_buy())
    (key,) = view.tables
    empty = market_data.MarketView(tables={})

    assert empty.names(key, "BTCUSDT", "BTC/USDT")
    assert empty.names(key, "BTC/USDT", "BTC/USDT:USDT")
    assert not empty.names(key, "ETHUSDT", "BTC/USDT")
    assert view.names(key, "BINANCE:BTCUSDT", "BTC/USDT")
    assert not view.names(key, "NOPEUSDT", "BTC/USDT")


def test_reading_from_a_venue_that_is_away_is_denied_with_its_name(
    world: World, settings: Settings
) -> None:
    view = view_of(world, limit_buy())
    (key,) = view.tables
    settings.SANDBOX_URL = "http://127.0.0.1:9"
    world.restart_executor()

    async def read() -> None:
        with pytest.raises(Denied, match="binance") as denied:
            await market_data.read(key, limit_buy())
        assert denied.value.code == "MARKET_DATA_UNAVAILABLE"

    loop.call(asyncio.wait_for(read(), 10), timeout_seconds=11)
