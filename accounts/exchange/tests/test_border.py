"""What becomes of a call when the network fails: refused, unanswered, unreadable."""

from typing import Any

import pytest

from accounts.exchange import gateway
from accounts.exchange.border import send
from accounts.exchange.errand import Errand
from accounts.exchange.tests import listings
from accounts.exchange.tests.asking import login, ticket, wait
from accounts.exchange.tests.scripted_venue import Answer, ScriptedVenue
from accounts.exchange.types import (
    ExchangeAnswer,
    MarketType,
    NotSent,
    OrderType,
    OutcomeUnknown,
    Side,
)
from accounts.exchange.wire import trace

_LIMIT = ticket(OrderType.LIMIT, Side.BUY, limit_price="90000.1")


def test_an_address_where_nobody_listens_is_not_sent_to(venue: ScriptedVenue) -> None:
    listings.list_binance(venue)
    wait(gateway.load_market_rules(login("binance").market))
    wait(venue.stop())

    with pytest.raises(NotSent) as told:
        wait(gateway.place(login("binance"), _LIMIT))

    assert told.value.code == "NOT_CONNECTED"


def test_a_venue_that_never_answers_leaves_the_outcome_unknown(
    venue: ScriptedVenue, settings: Any
) -> None:
    settings.EXCHANGE_TIMEOUT_SECONDS = 0.2
    listings.list_binance(venue)
    venue.will_answer("POST", "/api/v3/order", Answer(hangs=True))

    with pytest.raises(OutcomeUnknown) as told:
        wait(gateway.place(login("binance"), _LIMIT))

    assert told.value.message.endswith("(no answer of binance)")
    assert len(venue.asked("POST", "/api/v3/order")) == 1


@pytest.mark.parametrize("market_type", [MarketType.SPOT, MarketType.FUTURES])
def test_a_read_that_fails_does_not_speak_of_an_order(
    venue: ScriptedVenue, market_type: MarketType
) -> None:
    with pytest.raises(OutcomeUnknown) as told:
        wait(gateway.load_market_rules(login("binance", market_type).market))

    assert told.value.code == "NO_ANSWER"


@pytest.mark.parametrize(("has_left", "told"), [(False, NotSent), (True, OutcomeUnknown)])
def test_what_uvloop_says_of_a_reset_connection_proves_nothing_once_the_request_has_left(
    has_left: bool, told: type[ExchangeAnswer]
) -> None:
    async def fail() -> None:
        noted = trace.get()
        assert noted is not None
        noted.has_left = has_left
        raise RuntimeError("unable to perform operation on <TCPTransport>; the handler is closed")

    with pytest.raises(told):
        wait(send(fail, at=login("binance"), errand=Errand()))
