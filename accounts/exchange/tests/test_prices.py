"""Last prices: one read for all, kept for as long as the settings say."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from accounts.exchange import gateway
from accounts.exchange.limits.quotas import Rank
from accounts.exchange.tests import listings
from accounts.exchange.tests.asking import login, wait
from accounts.exchange.tests.scripted_venue import Answer, ScriptedVenue
from accounts.exchange.types import OutcomeUnknown, Price

_MARKET = login("binance").market
_PATH = "/api/v3/ticker/24hr"


@pytest.fixture
def binance(venue: ScriptedVenue) -> ScriptedVenue:
    listings.list_binance(venue)
    venue.will_answer("GET", _PATH, Answer({"symbol": "BTCUSDT", "lastPrice": "90000.10"}))
    return venue


async def _ask_together() -> list[Price]:
    return await asyncio.gather(
        *(gateway.fetch_price(_MARKET, "BTC/USDT", rank=Rank.ENTRY) for _ in range(20))
    )


def test_a_price_is_read_once_for_all_who_ask_at_the_same_time(binance: ScriptedVenue) -> None:
    prices = wait(_ask_together())

    assert {price.value for price in prices} == {Decimal("90000.10")}
    assert len(binance.asked("GET", _PATH)) == 1


def test_a_young_price_is_not_read_again(binance: ScriptedVenue) -> None:
    first, second = (
        wait(gateway.fetch_price(_MARKET, "BTC/USDT", rank=Rank.ENTRY)) for _ in range(2)
    )

    assert first is second


def test_a_price_that_is_too_old_is_read_again(binance: ScriptedVenue, settings: Any) -> None:
    wait(gateway.fetch_price(_MARKET, "BTC/USDT", rank=Rank.ENTRY))
    settings.PRICE_MAX_AGE_SECONDS = 0

    wait(gateway.fetch_price(_MARKET, "BTC/USDT", rank=Rank.ENTRY))

    assert len(binance.asked("GET", _PATH)) == 2


def test_a_market_without_a_price_has_none_made_up(binance: ScriptedVenue) -> None:
    binance.will_answer("GET", _PATH, Answer({"symbol": "BTCUSDT"}))

    with pytest.raises(OutcomeUnknown) as told:
        wait(gateway.fetch_price(_MARKET, "BTC/USDT", rank=Rank.ENTRY))

    assert told.value.code == "PRICE_UNKNOWN"
