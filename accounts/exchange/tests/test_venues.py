"""The capability table: closed by default."""

import pytest

from accounts.exchange.types import Environment, MarketKey, MarketType, NotSent, OrderType
from accounts.exchange.venues import (
    VENUES,
    access_to,
    environments_of,
    has_separate_stops,
    venue_choices,
)


def test_the_choices_are_the_venues_in_order() -> None:
    assert venue_choices() == [
        ("binance", "Binance"),
        ("okx", "OKX"),
        ("bybit", "Bybit"),
        ("upbit", "Upbit"),
        ("bithumb", "Bithumb"),
    ]


@pytest.mark.parametrize(
    ("name", "environments"),
    [
        ("binance", {Environment.SANDBOX, Environment.TESTNET, Environment.LIVE}),
        ("okx", {Environment.TESTNET, Environment.LIVE}),
        ("bybit", {Environment.TESTNET, Environment.LIVE}),
        ("upbit", {Environment.LIVE}),
        ("bithumb", {Environment.LIVE}),
    ],
)
def test_each_venue_has_the_environments_it_can_prove(
    name: str, environments: set[Environment]
) -> None:
    assert environments_of(VENUES[name]) == environments


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (MarketKey("kraken", Environment.LIVE, MarketType.SPOT), "VENUE_UNKNOWN"),
        (MarketKey("upbit", Environment.LIVE, MarketType.FUTURES), "MARKET_TYPE_NOT_SUPPORTED"),
        (MarketKey("binance", Environment.LIVE, MarketType.STOCK), "MARKET_TYPE_NOT_SUPPORTED"),
        (MarketKey("okx", Environment.SANDBOX, MarketType.SPOT), "ENVIRONMENT_NOT_SUPPORTED"),
    ],
)
def test_what_the_table_does_not_list_is_refused(key: MarketKey, code: str) -> None:
    with pytest.raises(NotSent) as refusal:
        access_to(key)

    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("name", "market_type", "order_type", "is_separate"),
    [
        ("binance", MarketType.FUTURES, OrderType.STOP_MARKET, True),
        ("binance", MarketType.FUTURES, OrderType.LIMIT, False),
        ("binance", MarketType.SPOT, OrderType.STOP_LIMIT, False),
        ("okx", MarketType.SPOT, OrderType.STOP_LIMIT, True),
        ("bybit", MarketType.FUTURES, OrderType.STOP_LIMIT, False),
    ],
)
def test_where_a_stop_has_an_id_of_its_own(
    name: str, market_type: MarketType, order_type: OrderType, is_separate: bool
) -> None:
    access = VENUES[name].markets[market_type]

    assert has_separate_stops(access, order_type) is is_separate
