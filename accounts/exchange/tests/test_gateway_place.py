"""Placing and looking up through the gateway, against a scripted venue."""

from decimal import Decimal

import pytest

from accounts.exchange import gateway
from accounts.exchange.tests import listings
from accounts.exchange.tests.asking import login, reference, ticket, wait
from accounts.exchange.tests.binance_answers import order, trade
from accounts.exchange.tests.scripted_venue import Answer, ScriptedVenue
from accounts.exchange.types import (
    FillReport,
    MarketType,
    NotSent,
    OrderType,
    OutcomeUnknown,
    ReportStatus,
    Side,
)

_FUTURES = "BTC/USDT:USDT"
_MARKET_BUY = ticket(OrderType.MARKET, Side.BUY)


def test_a_spot_answer_s_own_fills_are_told_with_their_fees(binance: ScriptedVenue) -> None:
    fills = [
        {
            "price": "90000.00",
            "qty": "0.20000",
            "commission": "0.00020",
            "commissionAsset": "BTC",
            "tradeId": 5,
        },
        {
            "price": "90100.00",
            "qty": "0.30000",
            "commission": "0.00030",
            "commissionAsset": "BTC",
            "tradeId": 6,
        },
    ]
    answer = order(
        status="FILLED", type="MARKET", executedQty="0.50000", cummulativeQuoteQty="45030.00",
        fills=fills,
    )  # fmt: skip
    binance.will_answer("POST", "/api/v3/order", answer)

    report = wait(gateway.place(login("binance"), _MARKET_BUY))

    assert (report.venue_order_id, report.status) == ("77", ReportStatus.CLOSED)
    assert (report.filled_quantity, report.average_price) == (Decimal("0.5"), Decimal("90060"))
    assert report.fills[0] == FillReport(
        venue_trade_id="5",
        side=Side.BUY,
        quantity=Decimal("0.2"),
        price=Decimal(90000),
        fee_quantity=Decimal("0.0002"),
        fee_currency="BTC",
        filled_at=report.fills[1].filled_at,
    )
    assert not binance.asked("GET", "/api/v3/myTrades")


def test_a_futures_answer_without_fills_has_them_read_once(binance: ScriptedVenue) -> None:
    answer = order(status="FILLED", type="MARKET", executedQty="0.500", avgPrice="90000")
    binance.will_answer("POST", "/fapi/v1/order", answer)
    binance.will_answer("GET", "/fapi/v1/userTrades", Answer([trade(5, "0.500")]))

    report = wait(
        gateway.place(
            login("binance", MarketType.FUTURES),
            ticket(OrderType.MARKET, Side.BUY, symbol=_FUTURES),
        )
    )

    assert [(f.venue_trade_id, f.quantity) for f in report.fills] == [("5", Decimal("0.5"))]
    [asked] = binance.asked("GET", "/fapi/v1/userTrades")
    assert (asked.fields["orderId"], asked.fields["limit"]) == ("77", "1000")


def test_an_order_is_told_without_fills_when_they_cannot_be_read(binance: ScriptedVenue) -> None:
    answer = order(status="FILLED", type="MARKET", executedQty="0.500", avgPrice="90000")
    binance.will_answer("POST", "/fapi/v1/order", answer)
    binance.will_answer("GET", "/fapi/v1/userTrades", Answer("", status=502))

    report = wait(
        gateway.place(
            login("binance", MarketType.FUTURES),
            ticket(OrderType.MARKET, Side.BUY, symbol=_FUTURES),
        )
    )

    assert (report.filled_quantity, report.average_price) == (Decimal("0.5"), Decimal(90000))
    assert report.fills == ()


def test_executions_newer_than_the_order_raise_its_filled_quantity(
    binance: ScriptedVenue,
) -> None:
    partly = order(status="PARTIALLY_FILLED", executedQty="0.20000", cummulativeQuoteQty="18000")
    binance.will_answer("GET", "/api/v3/order", partly)
    trades = [trade(5, "0.20000"), trade(6, "0.10000", "90300.00")]
    binance.will_answer("GET", "/api/v3/myTrades", Answer(trades))

    report = wait(gateway.fetch_report(login("binance"), reference("77")))

    assert (report.status, report.filled_quantity) == (ReportStatus.OPEN, Decimal("0.3"))
    assert report.average_price == Decimal(90100)


@pytest.mark.parametrize("answer", [Answer({}), Answer("<html>", content_type="text/html")])
def test_an_answer_without_an_id_is_an_unknown_outcome(
    binance: ScriptedVenue, answer: Answer
) -> None:
    binance.will_answer("POST", "/api/v3/order", answer)

    with pytest.raises(OutcomeUnknown):
        wait(gateway.place(login("binance"), _MARKET_BUY))

    assert len(binance.asked("POST", "/api/v3/order")) == 1


def test_upbit_s_executions_are_read_with_the_order_when_its_answer_told_none(
    venue: ScriptedVenue,
) -> None:
    listings.list_upbit(venue)
    order = {
        "uuid": "77",
        "market": "KRW-BTC",
        "side": "ask",
        "ord_type": "market",
        "state": "done",
        "created_at": "2026-11-21T14:00:00+09:00",
        "volume": "0.5",
        "executed_volume": "0.5",
    }
    trade = {
        "market": "KRW-BTC",
        "uuid": "t1",
        "price": "98765000",
        "volume": "0.5",
        "funds": "49382500",
        "side": "ask",
    }
    venue.will_answer("POST", "/v1/orders", Answer(order))
    venue.will_answer("GET", "/v1/order", Answer({**order, "trades": [trade]}))

    report = wait(
        gateway.place(login("upbit"), ticket(OrderType.MARKET, Side.SELL, symbol="BTC/KRW"))
    )

    assert [fill.quantity for fill in report.fills] == [Decimal("0.5")]
    assert len(venue.asked("GET", "/v1/order")) == 1


@pytest.mark.scenario(89)
def test_an_order_without_any_id_is_never_asked_for(binance: ScriptedVenue) -> None:
    nameless = reference("")
    nameless = type(nameless)(
        client_order_id="", venue_order_id="", symbol="BTC/USDT", order_type=OrderType.LIMIT
    )

    for ask in (gateway.cancel, gateway.fetch_report):
        with pytest.raises(NotSent) as refusal:
            wait(ask(login("binance"), nameless))
        assert refusal.value.code == "ORDER_ID_MISSING"

    assert [request.path for request in binance.requests] == ["/api/v3/exchangeInfo"]


def test_a_symbol_without_a_market_is_not_sent(binance: ScriptedVenue) -> None:
    with pytest.raises(NotSent) as refusal:
        wait(
            gateway.place(login("binance"), ticket(OrderType.MARKET, Side.BUY, symbol="DOGE/USDT"))
        )

    assert refusal.value.code == "SYMBOL_UNKNOWN"
    assert not binance.asked("POST", "/api/v3/order")


def test_markets_that_cannot_be_read_keep_an_order_from_being_sent(venue: ScriptedVenue) -> None:
    venue.will_answer("GET", "/api/v3/exchangeInfo", Answer("", status=502))

    with pytest.raises(NotSent) as refusal:
        wait(gateway.place(login("binance"), _MARKET_BUY))

    assert refusal.value.code == "MARKETS_NOT_LOADED"
    assert not venue.asked("POST", "/api/v3/order")
