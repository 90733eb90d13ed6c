"""Unpatched ccxt.pro clients watch their orders and fills, whatever happens to the stream."""

import asyncio
from typing import Any

import ccxt
import pytest

from accounts.sandbox.tests.streams.watching import (
    FUTURES,
    SPOT,
    Market,
    Watch,
    open_streams,
    until,
    watching,
)
from accounts.sandbox.tests.trader import Trader, control

both_markets = pytest.mark.parametrize("market", [SPOT, FUTURES], ids=["spot", "futures"])

SELL_4 = {
    "symbol": "BTCUSDT",
    "side": "SELL",
    "type": "LIMIT",
    "timeInForce": "IOC",
    "quantity": "0.004",
    "price": "95000",
}
BUY_10 = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01"}


def told(orders: list[Any]) -> list[tuple[str, float, str]]:
    """What the reports say: status, filled, client order id."""
    return [(order["status"], order["filled"], order["clientOrderId"]) for order in orders]


def executions(trades: list[Any]) -> list[tuple[object, ...]]:
    """What tells one execution from another."""
    return [
        (*(trade[name] for name in ("id", "order", "price", "amount")), *trade["fee"].items())
        for trade in trades
    ]


async def buy(watch: Watch, market: Market) -> str:
    """Buy 0.01 BTC at the market and wait until the stream says so; the order's id."""
    bought = await watch.client.create_order(market.symbol, "market", "buy", 0.01)
    await until(watch.has_order(bought["id"], status="closed"))
    return str(bought["id"])


@both_markets
def test_order_is_followed_from_its_creation_over_a_partial_fill_to_its_cancellation(
    market: Market, ann: Trader, bob: Trader
) -> None:
    async def trade() -> tuple[list[Any], list[Any], list[Any]]:
        async with watching(market, ann) as watch:
            params = {"clientOrderId": "tour-1"}
            placed = await watch.client.create_order(
                market.symbol, "limit", "buy", 0.01, 95000, params
            )
            await until(watch.has_order(placed["id"], status="open"))
            assert bob.post(market.orders, **SELL_4)[0] == 200
            await until(watch.has_order(placed["id"], filled=0.004))
            await watch.client.cancel_order(placed["id"], market.symbol)
            await until(watch.has_order(placed["id"], status="canceled"))
            by_rest = await watch.client.fetch_my_trades(market.symbol)
            return watch.order(placed["id"]), watch.trades, by_rest

    reports, trades, by_rest = asyncio.run(trade())

    assert told(reports) == [
        ("open", 0, "tour-1"),
        ("open", 0.004, "tour-1"),
        ("canceled", 0.004, "tour-1"),  # not the cancel's own id
    ]
    assert executions(trades) == executions(by_rest)
    assert [trade["amount"] for trade in trades] == [0.004]


@both_markets
def test_order_filled_at_once_is_reported_with_its_fill_and_fee(
    market: Market, ann: Trader
) -> None:
    async def trade() -> tuple[Any, list[Any], Any]:
        async with watching(market, ann) as watch:
            order_id = await buy(watch, market)
            await until(lambda: bool(watch.trades))
            truth = await watch.client.fetch_order(order_id, market.symbol)
            return watch.order(order_id)[-1], watch.trades, truth

    report, (trade_told,), truth = asyncio.run(trade())

    for name in ("id", "clientOrderId", "status", "filled", "average", "cost", "side", "type"):
        assert report[name] == truth[name]
    assert report["fee"] == trade_told["fee"]
    assert report["trades"][0]["id"] == trade_told["id"]


@both_markets
def test_resting_order_is_filled_by_a_moving_price(market: Market, ann: Trader) -> None:
    async def trade() -> list[Any]:
        async with watching(market, ann) as watch:
            placed = await watch.client.create_order(market.symbol, "limit", "buy", 0.01, 94000)
            await until(watch.has_order(placed["id"], status="open"))
            control(ann.url, "price", symbol="BTCUSDT", price="93000")
            await until(watch.has_order(placed["id"], status="closed", average=94000.0))
            return watch.trades

    (trade_told,) = asyncio.run(trade())

    assert (trade_told["amount"], trade_told["takerOrMaker"]) == (0.01, "maker")


def test_spot_stop_is_reported_when_it_falls_asleep_wakes_and_fills(ann: Trader) -> None:
    async def trade() -> tuple[list[Any], list[Any]]:
        async with watching(SPOT, ann) as watch:
            params = {"triggerPrice": 94000, "clientOrderId": "stop-1"}
            stop = await watch.client.create_order(
                SPOT.symbol, "limit", "sell", 0.01, 93000, params
            )
            await until(watch.has_order(stop["id"], status="open", triggerPrice=94000.0))
            control(ann.url, "price", symbol="BTCUSDT", price="93500")
            await until(watch.has_order(stop["id"], status="closed"))
            await until(lambda: bool(watch.trades))
            return watch.order(stop["id"]), watch.trades

    reports, (trade_told,) = asyncio.run(trade())

    assert [report["info"]["w"] for report in (reports[0], reports[-1])] == [False, False]
    assert told(reports[-1:]) == [("closed", 0.01, "stop-1")]
    assert (trade_told["price"], trade_told["fee"]["currency"]) == (93499.99, "USDT")


def test_futures_stop_is_reported_apart_from_the_order_it_places(ann: Trader) -> None:
    async def trade() -> tuple[Any, Any]:
        async with watching(FUTURES, ann) as watch:
            params = {"triggerPrice": 96000, "clientOrderId": "stop-1"}
            stop = await watch.client.create_order(
                FUTURES.symbol, "market", "buy", 0.01, None, params
            )
            await until(watch.has_order(stop["id"], status="open", triggerPrice=96000.0))
            control(ann.url, "price", symbol="BTCUSDT", price="96000")
            await until(watch.has_order(stop["id"], status="closed"))
            algo = watch.order(stop["id"])[-1]
            await until(watch.has_order(algo["info"]["ai"], status="closed"))
            return algo, watch.order(algo["info"]["ai"])[-1]

    algo, placed = asyncio.run(trade())

    assert (algo["info"]["X"], algo["info"]["aq"]) == ("FINISHED", "0.010")
    assert told([algo, placed]) == [("closed", 0.01, "stop-1")] * 2
    assert (algo["trades"], len(placed["trades"])) == ([], 1)


def test_canceled_futures_stop_is_reported(ann: Trader) -> None:
    async def trade() -> list[Any]:
        async with watching(FUTURES, ann) as watch:
            params = {"triggerPrice": 96000}
            stop = await watch.client.create_order(
                FUTURES.symbol, "market", "buy", 0.01, None, params
            )
            await watch.client.cancel_order(stop["id"], FUTURES.symbol, {"trigger": True})
            await until(watch.has_order(stop["id"], status="canceled"))
            return watch.trades

    assert asyncio.run(trade()) == []


@both_markets
def test_client_whose_connection_is_cut_is_told_and_connects_again(
    market: Market, ann: Trader
) -> None:
    async def trade() -> tuple[list[Exception], int]:
        async with watching(market, ann) as watch:
            control(ann.url, "streams/drop", account="ann")
            await until(lambda: len(watch.errors) == 2)
            await until(lambda: open_streams(ann, market) == 1)
            await buy(watch, market)
            await until(lambda: bool(watch.trades))
            return watch.errors, len(watch.trades)

    errors, trades = asyncio.run(trade())

    assert {type(error) for error in errors} == {ccxt.NetworkError}
    assert trades == 1


@both_markets
def test_accounts_hear_of_their_own_orders_only(market: Market, ann: Trader, bob: Trader) -> None:
    async def trade() -> tuple[list[Any], list[Any], list[str]]:
        async with watching(market, ann) as anns, watching(market, bob) as bobs:
            ids = [await buy(anns, market), await buy(bobs, market)]
            await until(lambda: bool(anns.trades and bobs.trades))
            return anns.orders + anns.trades, bobs.orders + bobs.trades, ids

    anns, bobs, (anns_id, bobs_id) = asyncio.run(trade())

    assert {row.get("order", row["id"]) for row in anns} == {anns_id}
    assert {row.get("order", row["id"]) for row in bobs} == {bobs_id}


def test_futures_client_notices_by_its_keep_alive_that_its_listen_key_has_expired(
    ann: Trader,
) -> None:
    async def trade() -> list[Exception]:
        async with watching(FUTURES, ann, listenKeyRefreshRate=500) as watch:
            control(ann.url, "streams/terminate", account="ann")
            await until(lambda: len(watch.errors) == 2)
            await until(lambda: open_streams(ann, FUTURES) == 1)
            await buy(watch, FUTURES)
            return watch.errors

    errors = asyncio.run(trade())

    assert all("-1125" in str(error) for error in errors)


def test_spot_client_whose_stream_was_terminated_subscribes_again_when_it_asks_again(
    ann: Trader,
) -> None:
    async def trade() -> None:
        async with watching(SPOT, ann) as watch:
            control(ann.url, "streams/terminate", account="ann")
            assert open_streams(ann, SPOT) == 0
            await until(lambda: "spot" not in watch.client.clients[address(watch)].subscriptions)
            asking = asyncio.create_task(watch.client.watch_orders())
            await until(lambda: open_streams(ann, SPOT) == 1)
            await buy(watch, SPOT)
            await asking

    def address(watch: Watch) -> str:
        return str(watch.client.urls["api"]["ws"]["ws-api"]["spot"])

    asyncio.run(trade())
