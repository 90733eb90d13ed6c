"""The gateway's real clients trade at the running sandbox exchange."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from accounts.exchange import gateway
from accounts.exchange.limits.quotas import Rank
from accounts.exchange.tests.asking import CREDENTIALS, login, reference, ticket, wait
from accounts.exchange.tests.sandbox_market import Sandbox
from accounts.exchange.types import (
    Environment,
    Login,
    MarketType,
    OrderGone,
    OrderTicket,
    OrderType,
    OutcomeUnknown,
    Rejected,
    ReportStatus,
    Side,
)

_SPOT = login("binance", MarketType.SPOT, Environment.SANDBOX)
_FUTURES = login("binance", MarketType.FUTURES, Environment.SANDBOX)
_PERPETUAL = "BTC/USDT:USDT"


def _order(order_type: OrderType, side: Side, **numbers: Any) -> OrderTicket:
    return ticket(order_type, side, **{"quantity": "0.01", **numbers})


def test_a_market_buy_is_told_with_its_fills_and_what_is_left_after_fees(market: Sandbox) -> None:
    report = wait(gateway.place(_SPOT, _order(OrderType.MARKET, Side.BUY)))

    held = wait(gateway.fetch_holdings(_SPOT, ["BTC/USDT"]))["BTC/USDT"]
    fees = sum(fill.fee_quantity for fill in report.fills if fill.fee_currency == "BTC")
    assert report.status is ReportStatus.CLOSED
    assert sum(fill.quantity for fill in report.fills) == Decimal("0.01")
    assert fees > 0
    assert held == Decimal("0.01") - fees


def test_a_resting_order_is_found_by_either_id_and_canceled(market: Sandbox) -> None:
    placed = wait(gateway.place(_SPOT, _order(OrderType.LIMIT, Side.BUY, limit_price="80000")))

    by_ours = wait(gateway.fetch_report(_SPOT, reference("")))
    by_theirs = wait(gateway.fetch_report(_SPOT, reference(placed.venue_order_id)))
    canceled = wait(gateway.cancel(_SPOT, reference("")))

    assert placed.status is by_ours.status is by_theirs.status is ReportStatus.OPEN
    assert by_ours == by_theirs
    assert (canceled.status, canceled.venue_order_id) == (
        ReportStatus.CANCELED,
        placed.venue_order_id,
    )
    assert [row["status"] for row in market.orders()] == ["CANCELED"]


def test_canceling_twice_tells_the_same(market: Sandbox) -> None:
    wait(gateway.place(_SPOT, _order(OrderType.LIMIT, Side.BUY, limit_price="80000")))

    first, second = (wait(gateway.cancel(_SPOT, reference(""))) for _ in range(2))

    assert first == second


def test_what_was_never_placed_is_gone(market: Sandbox) -> None:
    for ask in (gateway.fetch_report, gateway.cancel):
        with pytest.raises(OrderGone):
            wait(ask(_SPOT, reference("")))


def test_a_spot_stop_waits_and_keeps_its_id_when_it_triggers(market: Sandbox) -> None:
    stop = _order(OrderType.STOP_LIMIT, Side.BUY, limit_price="92000", trigger_price="91000")
    placed = wait(gateway.place(_SPOT, stop))

    market.control("price", symbol="BTCUSDT", price="91500")
    filled = wait(gateway.fetch_report(_SPOT, reference("", OrderType.STOP_LIMIT)))

    assert placed.status is ReportStatus.OPEN
    assert (filled.venue_order_id, filled.status) == (placed.venue_order_id, ReportStatus.CLOSED)
    assert sum(fill.quantity for fill in filled.fills) == Decimal("0.01")


def test_too_little_money_is_refused_with_the_venue_s_words(market: Sandbox) -> None:
    with pytest.raises(Rejected) as refusal:
        wait(
            gateway.place(
                _SPOT, _order(OrderType.LIMIT, Side.BUY, quantity="5", limit_price="80000")
            )
        )

    assert refusal.value.code == "INSUFFICIENT_FUNDS"
    assert market.orders() == []


def test_a_repeated_client_order_id_is_evidence_of_an_order(market: Sandbox) -> None:
    order = _order(OrderType.LIMIT, Side.BUY, limit_price="80000")
    wait(gateway.place(_SPOT, order))

    with pytest.raises(OutcomeUnknown) as told:
        wait(gateway.place(_SPOT, order))

    assert told.value.code == "DUPLICATE_CLIENT_ORDER_ID"
    assert len(market.orders()) == 1


def test_a_futures_market_order_moves_the_position_and_back(market: Sandbox) -> None:
    opened = wait(gateway.place(_FUTURES, _order(OrderType.MARKET, Side.SELL, symbol=_PERPETUAL)))
    held = wait(gateway.fetch_holdings(_FUTURES, [_PERPETUAL]))
    close = _order(OrderType.MARKET, Side.BUY, symbol=_PERPETUAL, reduce_only=True)
    wait(gateway.place(_FUTURES, replace(close, client_order_id="ours2")))

    assert sum(fill.quantity for fill in opened.fills) == Decimal("0.01")
    assert {fill.fee_currency for fill in opened.fills} == {"USDT"}
    assert held == {_PERPETUAL: Decimal("-0.01")}
    assert wait(gateway.fetch_holdings(_FUTURES, [_PERPETUAL])) == {_PERPETUAL: Decimal(0)}


def test_a_futures_stop_is_told_under_its_own_id_after_it_triggered(market: Sandbox) -> None:
    stop = _order(OrderType.STOP_MARKET, Side.BUY, symbol=_PERPETUAL, trigger_price="91000")
    placed = wait(gateway.place(_FUTURES, stop))
    asked = reference("", OrderType.STOP_MARKET, symbol=_PERPETUAL)
    waiting = wait(gateway.fetch_report(_FUTURES, asked))

    market.control("price", symbol="BTCUSDT", price="91500")
    filled = wait(gateway.fetch_report(_FUTURES, asked))

    assert (waiting.venue_order_id, waiting.status) == (placed.venue_order_id, ReportStatus.OPEN)
    assert (filled.venue_order_id, filled.status) == (placed.venue_order_id, ReportStatus.CLOSED)
    assert sum(fill.quantity for fill in filled.fills) == Decimal("0.01")


def test_a_waiting_futures_stop_is_canceled(market: Sandbox) -> None:
    stop = _order(OrderType.STOP_MARKET, Side.BUY, symbol=_PERPETUAL, trigger_price="91000")
    wait(gateway.place(_FUTURES, stop))

    canceled = wait(
        gateway.cancel(_FUTURES, reference("", OrderType.STOP_MARKET, symbol=_PERPETUAL))
    )

    assert canceled.status is ReportStatus.CANCELED


@pytest.mark.parametrize("account", [_SPOT, _FUTURES])
def test_a_key_that_the_sandbox_knows_connects_and_another_does_not(
    market: Sandbox, account: Login
) -> None:
    stranger = login(
        "binance",
        account.market.market_type,
        Environment.SANDBOX,
        account_id=2,
        credentials=replace(CREDENTIALS, api_key="nobodys-key"),
    )

    known, unknown = (wait(gateway.check_connection(one)) for one in (account, stranger))

    assert (known.is_ok, known.code) == (True, "")
    assert (unknown.is_ok, unknown.code) == (False, "BAD_CREDENTIALS")


@pytest.mark.parametrize(("account", "symbol"), [(_SPOT, "BTC/USDT"), (_FUTURES, _PERPETUAL)])
def test_prices_and_rules_are_the_sandbox_s(market: Sandbox, account: Login, symbol: str) -> None:
    rules = wait(gateway.load_market_rules(account.market))[symbol]
    price = wait(gateway.fetch_price(account.market, symbol, rank=Rank.ENTRY))

    assert rules.quantity_step > 0
    assert rules.min_notional is not None
    assert abs(price.value - 90000) < 1000
