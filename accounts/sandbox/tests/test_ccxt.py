"""Unpatched ccxt.binance and ccxt.binanceusdm trade on the sandbox; only their addresses differ."""

import asyncio
from typing import Any

import ccxt
import ccxt.async_support
import pytest

from accounts.sandbox.tests.trader import Trader, control, listed

SPOT, PERPETUAL = "BTC/USDT", "BTC/USDT:USDT"


def connect(kind: Any, trader: Trader) -> Any:
    """A ccxt client of the account, whose addresses point at the sandbox."""
    client = kind({"apiKey": trader.key, "secret": trader.secret, "enableRateLimit": False})
    for family, address in client.urls["api"].items():
        path = address.split("/", 3)[3]
        client.urls["api"][family] = f"{trader.url}/{path}"
    return client


@pytest.fixture
def spot(ann: Trader) -> Any:
    """ccxt's synchronous spot client."""
    return connect(ccxt.binance, ann)


@pytest.fixture
def futures(ann: Trader) -> Any:
    """ccxt's synchronous futures client."""
    return connect(ccxt.binanceusdm, ann)


def test_spot_markets_carry_precision_and_limits(spot: Any) -> None:
    market = spot.load_markets()[SPOT]

    assert (market["precision"]["price"], market["precision"]["amount"]) == (0.01, 0.00001)
    assert market["limits"]["cost"]["min"] == 5
    assert {m["id"] for m in spot.markets.values() if m["spot"]} == {
        "BTCUSDT",
        "ETHUSDT",
        "SOLUSDT",
        "XRPUSDT",
        "DOGEUSDT",
    }


def test_spot_limit_order_from_placing_to_canceling(spot: Any) -> None:
    placed = spot.create_order(SPOT, "limit", "buy", 0.01, 90000, {"clientOrderId": "tour-1"})
    assert (placed["status"], placed["clientOrderId"]) == ("open", "tour-1")
    assert spot.fetch_balance()["USDT"] == {"free": 99100, "used": 900, "total": 100000}

    by_id = spot.fetch_order(placed["id"], SPOT)
    by_client_id = spot.fetch_order(None, SPOT, {"clientOrderId": "tour-1"})
    assert by_id["id"] == by_client_id["id"] == spot.fetch_open_orders(SPOT)[0]["id"]

    canceled = spot.cancel_order(None, SPOT, {"clientOrderId": "tour-1"})
    assert canceled["status"] == spot.fetch_order(placed["id"], SPOT)["status"] == "canceled"
    assert spot.fetch_open_orders(SPOT) == []
    assert spot.fetch_balance()["USDT"]["used"] == 0


def test_spot_market_order_answers_with_its_fills_and_fees(spot: Any) -> None:
    bought = spot.create_order(SPOT, "market", "buy", 0.01)

    assert (bought["status"], bought["filled"], bought["average"]) == ("closed", 0.01, 95000.01)
    assert bought["fee"] == {"currency": "BTC", "cost": 0.00001}
    (trade,) = spot.fetch_my_trades(SPOT, params={"orderId": bought["id"]})
    assert (trade["price"], trade["amount"], trade["takerOrMaker"]) == (95000.01, 0.01, "taker")
    assert trade["fee"] == {"currency": "BTC", "cost": 0.00001}
    assert spot.fetch_balance()["BTC"]["total"] == 1.00999


def test_spot_market_order_by_cost(spot: Any) -> None:
    bought = spot.create_market_buy_order_with_cost(SPOT, 100)

    assert (bought["status"], bought["filled"]) == ("closed", 0.00105)


def test_spot_stop_limit_sleeps_and_fires(spot: Any, ann: Trader) -> None:
    stop = spot.create_order(SPOT, "limit", "sell", 0.01, 93000, {"triggerPrice": 94000})
    sleeping = spot.fetch_order(stop["id"], SPOT)
    assert (sleeping["status"], sleeping["triggerPrice"]) == ("open", 94000)
    assert sleeping["info"]["isWorking"] is False

    control(ann.url, "price", symbol="BTCUSDT", price="93500")

    fired = spot.fetch_order(stop["id"], SPOT)
    assert (fired["status"], fired["average"]) == ("closed", 93499.99)


def test_spot_errors_arrive_as_ccxt_knows_them(spot: Any) -> None:
    spot.load_markets()
    with pytest.raises(ccxt.InsufficientFunds):
        spot.create_order(SPOT, "limit", "buy", 50, 90000)
    with pytest.raises(ccxt.OrderImmediatelyFillable):
        spot.create_order(SPOT, "limit", "buy", 0.01, 95100, {"postOnly": True})
    with pytest.raises(ccxt.OrderNotFound):
        spot.fetch_order("1", SPOT)
    with pytest.raises(ccxt.OrderNotFound):
        spot.cancel_order("1", SPOT)
    spot.secret = "wrong"
    with pytest.raises(ccxt.AuthenticationError):
        spot.fetch_balance()


def test_spot_market_data(spot: Any) -> None:
    ticker, book = spot.fetch_ticker(SPOT), spot.fetch_order_book(SPOT, 5)

    assert (ticker["last"], ticker["bid"], ticker["ask"]) == (95000, 94999.99, 95000.01)
    assert book["asks"][:2] == [[95000.01, 2.63157], [95009.51, 3.94697]]
    assert len(book["bids"]) == 5
    assert set(spot.fetch_tickers([SPOT, "ETH/USDT"])) == {SPOT, "ETH/USDT"}
    assert spot.fetch_last_prices([SPOT])[SPOT]["price"] == 95000
    assert spot.fetch_bids_asks([SPOT])[SPOT]["ask"] == 95000.01
    assert spot.fetch_status()["status"] == "ok"
    assert spot.fetch_trading_fees()[SPOT]["taker"] == 0.001
    assert spot.fetch_time() > 0


def test_futures_position_from_opening_to_closing(futures: Any) -> None:
    assert futures.set_leverage(10, PERPETUAL)["leverage"] == 10
    opened = futures.create_order(PERPETUAL, "market", "buy", 0.01)
    assert (opened["status"], opened["filled"], opened["average"]) == ("closed", 0.01, 95000.1)

    (position,) = futures.fetch_positions([PERPETUAL])
    assert (position["side"], position["contracts"]) == ("long", 0.01)
    assert (position["entryPrice"], position["leverage"]) == (95000.1, 10)
    balance = futures.fetch_balance()["USDT"]
    assert (balance["used"], balance["total"]) == (95, 99999.5239995)

    closed = futures.create_order(PERPETUAL, "market", "sell", 0.01, None, {"reduceOnly": True})
    assert closed["status"] == "closed"
    assert futures.fetch_positions([PERPETUAL]) == []
    trades = futures.fetch_my_trades(PERPETUAL)
    assert [trade["side"] for trade in trades] == ["buy", "sell"]
    assert trades[0]["fee"] == {"currency": "USDT", "cost": 0.4750005}


def test_futures_limit_order_by_either_id(futures: Any) -> None:
    placed = futures.create_order(PERPETUAL, "limit", "buy", 0.01, 90000, {"clientOrderId": "f-1"})

    assert futures.fetch_order(placed["id"], PERPETUAL)["clientOrderId"] == "f-1"
    assert len(futures.fetch_open_orders(PERPETUAL)) == 1
    canceled = futures.cancel_order(None, PERPETUAL, {"clientOrderId": "f-1"})
    assert canceled["status"] == "canceled"
    assert len(futures.fetch_orders(PERPETUAL)) == 1


def test_futures_stop_goes_through_the_algo_endpoints(futures: Any, ann: Trader) -> None:
    params = {"triggerPrice": 96000, "clientOrderId": "s-1"}
    stop = futures.create_order(PERPETUAL, "market", "buy", 0.01, None, params)
    assert (stop["status"], stop["triggerPrice"]) == ("open", 96000)
    assert len(futures.fetch_open_orders(PERPETUAL, params={"trigger": True})) == 1

    control(ann.url, "price", symbol="BTCUSDT", price="96000")

    fired = futures.fetch_order(None, PERPETUAL, {"clientOrderId": "s-1", "trigger": True})
    assert (fired["status"], fired["info"]["algoStatus"]) == ("closed", "FINISHED")
    child = futures.fetch_order(fired["info"]["actualOrderId"], PERPETUAL)
    assert (child["status"], child["filled"], child["average"]) == ("closed", 0.01, 96000.1)


def test_futures_stop_is_canceled_by_its_client_id(futures: Any, ann: Trader) -> None:
    params = {"triggerPrice": 96000, "clientOrderId": "s-2"}
    stop = futures.create_order(PERPETUAL, "limit", "buy", 0.01, 96100, params)

    futures.cancel_order(None, PERPETUAL, {"clientOrderId": "s-2", "trigger": True})

    found = futures.fetch_order(stop["id"], PERPETUAL, {"trigger": True})
    assert found["status"] == "canceled"
    control(ann.url, "price", symbol="BTCUSDT", price="96000")
    assert listed(ann.url, "trades") == []


def test_futures_settings_and_market_data(futures: Any) -> None:
    futures.set_margin_mode("isolated", PERPETUAL)

    assert futures.fetch_margin_modes([PERPETUAL])[PERPETUAL]["marginMode"] == "isolated"
    with pytest.raises(ccxt.MarginModeAlreadySet):
        futures.set_margin_mode("isolated", PERPETUAL)
    assert futures.fetch_position_mode()["hedged"] is False
    assert futures.fetch_leverages([PERPETUAL])[PERPETUAL]["longLeverage"] == 20
    assert futures.fetch_ticker(PERPETUAL)["last"] == 95000
    assert futures.fetch_order_book(PERPETUAL, 5)["asks"][0] == [95000.1, 2.631]
    assert futures.fetch_mark_price(PERPETUAL)["markPrice"] == 95000
    assert futures.fetch_trading_fee(PERPETUAL)["taker"] == 0.0005


async def tour(ann: Trader) -> tuple[str, str, str]:
    """The statuses of a spot order placed, one canceled, and a futures order placed."""
    spot = connect(ccxt.async_support.binance, ann)
    futures = connect(ccxt.async_support.binanceusdm, ann)
    try:
        bought = await spot.create_order(SPOT, "market", "buy", 0.01)
        resting = await spot.create_order(SPOT, "limit", "buy", 0.01, 90000)
        canceled = await spot.cancel_order(resting["id"], SPOT)
        opened = await futures.create_order(PERPETUAL, "market", "sell", 0.01)
        return bought["status"], canceled["status"], opened["status"]
    finally:
        await spot.close()
        await futures.close()


def test_asynchronous_clients_trade_too(ann: Trader) -> None:
    statuses = asyncio.run(tour(ann))

    assert statuses == ("closed", "canceled", "closed")
    assert [row["market"] for row in listed(ann.url, "orders")] == ["spot", "spot", "futures"]
