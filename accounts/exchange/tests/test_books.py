"""Order books: one read for all who ask together, in Decimals, best price first."""

import asyncio
from decimal import Decimal

import pytest

from accounts.exchange import gateway
from accounts.exchange.tests import listings
from accounts.exchange.tests.asking import login, wait
from accounts.exchange.tests.scripted_venue import Answer, ScriptedVenue
from accounts.exchange.types import Book, Level, NotSent

_MARKET = login("binance").market
_PATH = "/api/v3/depth"


@pytest.fixture
def binance(venue: ScriptedVenue) -> ScriptedVenue:
    listings.list_binance(venue)
    book = {
        "lastUpdateId": 1,
        "bids": [["100000.10", "0.5"], ["99999.90", "2"]],
        "asks": [["100000.20", "0.25"], ["100001.00", "3"], ["100002.00", "4"]],
    }
    venue.will_answer("GET", _PATH, Answer(book))
    return venue


async def _ask_together() -> list[Book]:
    return await asyncio.gather(
        *(gateway.fetch_book(_MARKET, "BTC/USDT", depth=2) for _ in range(20))
    )


def test_a_book_is_read_once_for_all_who_ask_at_the_same_time(binance: ScriptedVenue) -> None:
    books = wait(_ask_together())

    assert len(set(books)) == 1
    assert len(binance.asked("GET", _PATH)) == 1


def test_the_levels_are_exact_and_no_more_than_asked_for(
    binance: ScriptedVenue,
) -> None:
    book = wait(gateway.fetch_book(_MARKET, "BTC/USDT", depth=2))

    assert book.bids == (
        Level(Decimal("100000.10"), Decimal("0.5")),
        Level(Decimal("99999.90"), Decimal(2)),
    )
    assert book.asks == (
        Level(Decimal("100000.20"), Decimal("0.25")),
        Level(Decimal("100001.00"), Decimal(3)),
    )


def test_a_book_is_read_anew_each_time(binance: ScriptedVenue) -> None:
    for _ in range(2):
        wait(gateway.fetch_book(_MARKET, "BTC/USDT", depth=2))

    assert len(binance.asked("GET", _PATH)) == 2


def test_a_symbol_that_is_not_listed_is_not_asked_for(binance: ScriptedVenue) -> None:
    with pytest.raises(NotSent) as told:
        wait(gateway.fetch_book(_MARKET, "NO/USDT", depth=2))

    assert told.value.code == "SYMBOL_UNKNOWN"
    assert binance.asked("GET", _PATH) == []
