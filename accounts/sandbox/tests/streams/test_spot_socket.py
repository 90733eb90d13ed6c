"""The spot WebSocket API: requests, their refusals, and the events as Binance writes them."""

import asyncio
from typing import Any

import pytest

from accounts.sandbox.tests.streams.listening import (
    SUBSCRIBE,
    listening,
    listening_to_spot,
    signed,
)
from accounts.sandbox.tests.streams.watching import SPOT, open_streams, until
from accounts.sandbox.tests.trader import LIMIT, Trader, control

MINE = {**LIMIT, "price": "94000", "newClientOrderId": "mine"}


def answers(url: str, *requests: dict[str, object]) -> list[Any]:
    """What one connection is answered."""

    async def ask() -> list[Any]:
        async with listening(url, "/ws-api/v3") as listener:
            return [await listener.ask(**request) for request in requests]

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("changed", "status", "code", "sentence"),
    [
        ({"signature": "0" * 64}, 400, -1022, "Signature for this request is not valid."),
        ({"apiKey": "not a key"}, 401, -2014, "API-key format invalid."),
        ({"apiKey": "x"}, 401, -2015, "Invalid API-key, IP, or permissions for action."),
        ({"timestamp": True}, 400, -1102, "Mandatory parameter 'timestamp' was not sent"),
    ],
)
def test_subscription_of_an_uncertain_sender_is_refused(
    ann: Trader, changed: dict[str, object], status: int, code: int, sentence: str
) -> None:
    parameters = {**signed(ann), **changed}

    (answer,) = answers(ann.url, {"id": 7, "method": SUBSCRIBE, "params": parameters})

    assert (answer["id"], answer["status"], answer["error"]["code"]) == (7, status, code)
    assert answer["error"]["msg"].startswith(sentence)
    assert open_streams(ann, SPOT) == 0


def test_old_request_is_refused(ann: Trader) -> None:
    request: dict[str, object] = {
        "id": "a",
        "method": SUBSCRIBE,
        "params": signed(ann, age_ms=5_500),
    }

    (answer,) = answers(ann.url, request)

    assert (answer["id"], answer["error"]["code"]) == ("a", -1021)


@pytest.mark.parametrize(
    ("request_sent", "code"),
    [
        ({"id": 1.5, "method": "ping"}, -1135),
        ({"id": 1}, -1102),
        ({"id": 1, "method": SUBSCRIBE, "params": []}, -1102),
        ({"id": 1, "method": "order.place"}, -1020),
        ({"id": 1, "method": "userDataStream.unsubscribe"}, -2036),
    ],
)
def test_request_that_cannot_be_served_is_refused(
    url: str, request_sent: dict[str, object], code: int
) -> None:
    (answer,) = answers(url, request_sent)

    assert (answer["status"], answer["error"]["code"]) == (400, code)


@pytest.mark.parametrize("text", ["{", "[]"])
def test_text_that_is_no_request_is_refused_without_an_id(url: str, text: str) -> None:
    async def ask() -> Any:
        async with listening(url, "/ws-api/v3") as listener:
            await listener.socket.send_str(text)
            return await listener.next()

    answer = asyncio.run(ask())

    assert (answer["id"], answer["error"]["code"]) == (None, -1135)


def test_account_is_subscribed_to_once_per_connection_and_again_after_unsubscribing(
    ann: Trader,
) -> None:
    subscribe: dict[str, object] = {"id": 1, "method": SUBSCRIBE, "params": signed(ann)}
    unsubscribe: dict[str, object] = {"id": 2, "method": "userDataStream.unsubscribe"}

    first, second, event, answer, third = answers(
        ann.url, subscribe, subscribe, unsubscribe, {"id": 3, "method": "ping"}, subscribe
    )

    assert first["result"] == {"subscriptionId": 0}
    assert second["error"]["code"] == -2035
    assert event["event"]["e"] == "eventStreamTerminated"
    assert (answer["id"], answer["status"]) == (2, 200)
    assert third["id"] == 3


def test_one_connection_tells_its_accounts_apart(ann: Trader, bob: Trader) -> None:
    async def trade() -> list[Any]:
        async with listening(ann.url, "/ws-api/v3") as listener:
            for trader in (ann, bob):
                await listener.ask(id=1, method=SUBSCRIBE, params=signed(trader))
            bob.post("/api/v3/order", **MINE)
            ann.post("/api/v3/order", **MINE)
            return [await listener.next() for _ in range(4)]

    messages = asyncio.run(trade())

    assert [message["subscriptionId"] for message in messages] == [1, 1, 0, 0]


def test_events_of_an_order_are_written_as_binance_writes_them(ann: Trader) -> None:
    async def trade() -> tuple[Any, list[Any]]:
        async with listening_to_spot(ann) as listener:
            placed = ann.post("/api/v3/order", **MINE)[1]
            control(ann.url, "price", symbol="BTCUSDT", price="94000")
            return placed, await listener.events(4)

    placed, (new, locked, filled, settled) = asyncio.run(trade())

    at = placed["transactTime"]
    assert new == {
        "e": "executionReport",
        "E": at,
        "s": "BTCUSDT",
        "c": "mine",
        "S": "BUY",
        "o": "LIMIT",
        "f": "GTC",
        "q": "0.01000000",
        "p": "94000.00000000",
        "P": "0.00000000",
        "F": "0.00000000",
        "g": -1,
        "C": "",
        "x": "NEW",
        "X": "NEW",
        "r": "NONE",
        "i": placed["orderId"],
        "l": "0.00000000",
        "z": "0.00000000",
        "L": "0.00000000",
        "n": "0",
        "N": None,
        "T": at,
        "t": -1,
        "I": placed["orderId"],
        "w": True,
        "m": False,
        "M": False,
        "O": at,
        "Z": "0.00000000",
        "Y": "0.00000000",
        "Q": "0.00000000",
        "W": at,
        "V": "EXPIRE_MAKER",
    }
    assert locked == {
        "e": "outboundAccountPosition",
        "E": at,
        "u": at,
        "B": [
            {"a": "BTC", "f": "1.00000000", "l": "0.00000000"},
            {"a": "USDT", "f": "99060.00000000", "l": "940.00000000"},
        ],
    }
    (trade_row,) = ann.get("/api/v3/myTrades", symbol="BTCUSDT")[1]
    fill = {
        "x": "TRADE",
        "X": "FILLED",
        "w": False,
        "t": trade_row["id"],
        "m": True,
        "l": "0.01000000",
        "L": "94000.00000000",
        "Y": "940.00000000",
        "z": "0.01000000",
        "Z": "940.00000000",
        "n": "0.00001000",
        "N": "BTC",
        "E": trade_row["time"],
        "T": trade_row["time"],
    }
    assert filled == {**new, **fill}
    assert settled["B"] == [
        {"a": "BTC", "f": "1.00999000", "l": "0.00000000"},
        {"a": "USDT", "f": "99060.00000000", "l": "0.00000000"},
    ]


def test_cancel_has_an_id_of_its_own_and_names_the_order_it_cancels(ann: Trader) -> None:
    async def trade() -> tuple[Any, list[Any]]:
        ann.post("/api/v3/order", **MINE)
        async with listening_to_spot(ann) as listener:
            query = {"symbol": "BTCUSDT", "origClientOrderId": "mine"}
            answer = ann.delete("/api/v3/order", **query)[1]
            return answer, await listener.events(1)

    answer, (event,) = asyncio.run(trade())

    assert (event["x"], event["X"], event["C"]) == ("CANCELED", "CANCELED", "mine")
    assert event["c"] == answer["clientOrderId"] != "mine"


def test_order_met_by_one_of_its_own_account_is_prevented(ann: Trader) -> None:
    async def trade() -> list[Any]:
        ann.post("/api/v3/order", **{**MINE, "price": "95000"})
        async with listening_to_spot(ann) as listener:
            ann.post("/api/v3/order", **{**MINE, "side": "SELL", "newClientOrderId": "other"})
            return await listener.events(3)

    events = asyncio.run(trade())

    assert [(event["c"], event["x"], event["X"]) for event in events] == [
        ("other", "NEW", "NEW"),
        ("mine", "TRADE_PREVENTION", "EXPIRED_IN_MATCH"),
        ("other", "TRADE", "FILLED"),
    ]


def test_connection_that_ends_leaves_no_stream_behind(ann: Trader) -> None:
    async def connect() -> None:
        async with listening_to_spot(ann):
            assert open_streams(ann, SPOT) == 1
        await until(lambda: open_streams(ann, SPOT) == 0)

    asyncio.run(connect())
