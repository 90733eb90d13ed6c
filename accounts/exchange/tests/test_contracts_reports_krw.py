"""How the Korean venues' answers about an order are told."""

from decimal import Decimal

import pytest

from accounts.exchange.tests import listings
from accounts.exchange.tests.asking import found
from accounts.exchange.tests.scripted_venue import Answer, ScriptedVenue
from accounts.exchange.types import (
    MarketType,
    ReportStatus,
)


def test_upbit_s_executions_come_with_the_order_and_its_cancel_state_hides_no_fill(
    venue: ScriptedVenue,
) -> None:
    listings.list_upbit(venue)
    order = {
        "uuid": "77",
        "identifier": "ours1",
        "market": "KRW-BTC",
        "side": "ask",
        "ord_type": "limit",
        "price": "98765000",
        "state": "cancel",
        "created_at": "2026-11-21T14:00:00+09:00",
        "volume": "0.5",
        "remaining_volume": "0.3",
        "executed_volume": "0.2",
        "paid_fee": "9876.5",
        "trades": [
            {
                "market": "KRW-BTC",
                "uuid": "t1",
                "price": "98765000",
                "volume": "0.2",
                "funds": "19753000",
                "side": "ask",
            }
        ],
    }
    venue.will_answer("GET", "/v1/order", Answer(order))

    report = found("upbit", MarketType.SPOT, symbol="BTC/KRW")

    assert (report.status, report.filled_quantity) == (ReportStatus.CANCELED, Decimal("0.2"))
    assert report.average_price == Decimal(98765000)
    assert [fill.venue_trade_id for fill in report.fills] == ["t1"]
    assert len(venue.asked("GET", "/v1/order")) == 1


@pytest.mark.parametrize("state", ["watch", "prevented"])
def test_a_state_that_nobody_knows_never_ends_an_order(venue: ScriptedVenue, state: str) -> None:
    listings.list_upbit(venue)
    order = {"uuid": "77", "market": "KRW-BTC", "side": "ask", "ord_type": "limit", "state": state}
    venue.will_answer("GET", "/v1/order", Answer(order))

    report = found("upbit", MarketType.SPOT, symbol="BTC/KRW")

    assert report.status is ReportStatus.UNKNOWN


def test_bithumb_s_filled_quantity_is_the_venue_s_and_not_ccxt_s(venue: ScriptedVenue) -> None:
    listings.list_bithumb(venue)
    order = {
        "uuid": "77",
        "client_order_id": "ours1",
        "market": "KRW-BTC",
        "side": "bid",
        "ord_type": "limit",
        "price": "98765000",
        "state": "cancel",
        "created_at": "2026-11-21T14:00:00+09:00",
        "volume": "0.5",
        "remaining_volume": "0.3",
        "executed_volume": "0.2",
        "trades": [
            {
                "market": "KRW-BTC",
                "uuid": "t1",
                "price": "98765000",
                "volume": "0.2",
                "funds": "19753000",
                "side": "bid",
                "created_at": "2026-11-21T14:00:01+09:00",
            }
        ],
    }
    venue.will_answer("GET", "/v1/order", Answer(order))

    report = found("bithumb", MarketType.SPOT, symbol="BTC/KRW")

    assert (report.status, report.filled_quantity) == (ReportStatus.CANCELED, Decimal("0.2"))
    assert [fill.venue_trade_id for fill in report.fills] == ["t1"]
