"""Futures streams: listen keys and their lives, and the events as Binance writes them."""

import asyncio
from typing import Any

import aiohttp
import pytest

from accounts.sandbox.tests.streams.listening import (
    ask_listen_key,
    listen_key,
    listening,
    listening_to_futures,
)
from accounts.sandbox.tests.streams.watching import FUTURES, open_streams
from accounts.sandbox.tests.trader import MARKET, Trader, control, send

STOP = {
    "algoType": "CONDITIONAL",
    "symbol": "BTCUSDT",
    "side": "BUY",
    "type": "STOP",
    "timeInForce": "GTC",
    "quantity": "0.01",
    "price": "95500",
    "triggerPrice": "96000",
    "clientAlgoId": "stop-1",
}
NO_SUCH_KEY = {"code": -1125, "msg": "This listenKey does not exist."}


def test_listen_key_stays_the_same_until_it_is_closed(ann: Trader) -> None:
    first = listen_key(ann)

    assert ask_listen_key(ann, "POST") == (200, {"listenKey": first})
    assert ask_listen_key(ann, "PUT") == (200, {"listenKey": first})
    assert ask_listen_key(ann, "DELETE") == (200, {})
    assert ask_listen_key(ann, "PUT") == (400, NO_SUCH_KEY)
    assert listen_key(ann) != first


@pytest.mark.parametrize(("key", "code"), [("unknown", -2015), ("not a key", -2014)])
def test_listen_key_is_given_to_known_api_keys_only(url: str, key: str, code: int) -> None:
    status, answer = send("POST", f"{url}/fapi/v1/listenKey", headers={"X-MBX-APIKEY": key})

    assert (status, answer["code"]) == (401, code)


def test_stream_of_an_unknown_listen_key_is_refused(url: str) -> None:
    async def connect() -> None:
        async with listening(url, "/futures/private/ws?listenKey=unknown"):
            pass

    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        asyncio.run(connect())

    assert refused.value.status == 400
    answer = send("GET", f"{url}/futures/private/ws?listenKey=unknown")
    assert answer == (400, NO_SUCH_KEY)


def test_listen_key_lives_for_an_hour_after_it_was_last_kept_alive(ann: Trader) -> None:
    async def live() -> tuple[str, int, int, Any]:
        key = listen_key(ann)
        async with listening(ann.url, f"/futures/private/ws?listenKey={key}") as listener:
            control(ann.url, "streams/age", seconds=3590)
            ask_listen_key(ann, "PUT")
            control(ann.url, "streams/age", seconds=3590)
            before = open_streams(ann, FUTURES)
            control(ann.url, "streams/age", seconds=10)
            return key, before, open_streams(ann, FUTURES), await listener.next()

    key, before, after, last = asyncio.run(live())

    assert (before, after) == (1, 0)
    assert (last["e"], last["listenKey"]) == ("listenKeyExpired", key)
    assert ask_listen_key(ann, "PUT") == (400, NO_SUCH_KEY)


def test_closing_the_listen_key_closes_its_stream(ann: Trader) -> None:
    async def close() -> aiohttp.WSMessage:
        async with listening_to_futures(ann) as listener:
            ask_listen_key(ann, "DELETE")
            return await listener.socket.receive(timeout=10)

    message = asyncio.run(close())

    assert message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)


def test_events_of_an_order_are_written_as_binance_writes_them(ann: Trader) -> None:
    async def trade() -> tuple[Any, list[Any]]:
        async with listening_to_futures(ann) as listener:
            placed = ann.post("/fapi/v1/order", newClientOrderId="mine", **MARKET)[1]
            return placed, await listener.events(3)

    placed, (new, filled, account) = asyncio.run(trade())

    at, (trade_row,) = placed["updateTime"], ann.get("/fapi/v1/userTrades", symbol="BTCUSDT")[1]
    assert {name: new[name] for name in ("e", "E", "T")} == {
        "e": "ORDER_TRADE_UPDATE",
        "E": at,
        "T": at,
    }
    assert new["o"] == {
        "s": "BTCUSDT",
        "c": "mine",
        "S": "BUY",
        "o": "MARKET",
        "f": "GTC",
        "q": "0.010",
        "p": "0.0",
        "ap": "0.00000",
        "sp": "0",
        "x": "NEW",
        "X": "NEW",
        "i": placed["orderId"],
        "l": "0",
        "z": "0.000",
        "L": "0",
        "T": at,
        "t": 0,
        "b": "0",
        "a": "0",
        "m": False,
        "R": False,
        "wt": "CONTRACT_PRICE",
        "ot": "MARKET",
        "ps": "BOTH",
        "cp": False,
        "rp": "0",
        "pP": False,
        "si": 0,
        "ss": 0,
        "V": "EXPIRE_MAKER",
        "pm": "NONE",
        "gtd": 0,
    }
    fill = {
        "x": "TRADE",
        "X": "FILLED",
        "t": trade_row["id"],
        "z": "0.010",
        "l": "0.010",
        "L": "95000.1",
        "ap": "95000.10000",
        "n": trade_row["commission"],
        "N": "USDT",
        "rp": "0.00000000",
    }
    assert filled["o"] == {**new["o"], **fill}
    assert (account["e"], account["a"]["m"]) == ("ACCOUNT_UPDATE", "ORDER")
    assert account["a"]["B"][0]["wb"] == ann.get("/fapi/v3/balance")[1][0]["balance"]
    assert [(row["s"], row["pa"], row["ep"]) for row in account["a"]["P"]] == [
        ("BTCUSDT", "0.010", "95000.10000000")
    ]


def test_stop_reports_its_statuses_and_the_order_it_places(ann: Trader) -> None:
    async def trade() -> tuple[Any, list[Any]]:
        async with listening_to_futures(ann) as listener:
            placed = ann.post("/fapi/v1/algoOrder", **STOP)[1]
            control(ann.url, "price", symbol="BTCUSDT", price="96000")
            control(ann.url, "price", symbol="BTCUSDT", price="95500")
            return placed, await listener.events(7)

    placed, events = asyncio.run(trade())

    assert [(event["e"], event.get("o", {}).get("X")) for event in events] == [
        ("ALGO_UPDATE", "NEW"),
        ("ALGO_UPDATE", "TRIGGERING"),
        ("ORDER_TRADE_UPDATE", "NEW"),
        ("ALGO_UPDATE", "TRIGGERED"),
        ("ORDER_TRADE_UPDATE", "FILLED"),
        ("ALGO_UPDATE", "FINISHED"),
        ("ACCOUNT_UPDATE", None),
    ]
    new, order, finished = events[0]["o"], events[2]["o"], events[5]["o"]
    assert (new["aid"], new["caid"], new["ai"]) == (placed["algoId"], "stop-1", "")
    assert (new["tp"], new["p"], new["tt"]) == ("96000.0", "95500.0", 0)
    assert (order["c"], str(order["i"])) == ("stop-1", finished["ai"])
    assert (finished["aq"], finished["ap"], finished["act"]) == ("0.010", "95500.00000", "LIMIT")
    assert finished["tt"] == events[1]["T"]
