"""The spot endpoints' answers in the venue's own fields, over real HTTP."""

import pytest

from accounts.sandbox.tests.trader import LIMIT, MARKET, STOP, Trader, control, send

ORDER = "/api/v3/order"


def test_full_answer_carries_every_fill(ann: Trader) -> None:
    status, answer = ann.post(ORDER, **MARKET, newClientOrderId="full-1")

    assert status == 200
    assert answer["fills"] == [
        {
            "price": "95000.01000000",
            "qty": "0.01000000",
            "commission": "0.00001000",
            "commissionAsset": "BTC",
            "tradeId": answer["fills"][0]["tradeId"],
        }
    ]
    del answer["fills"], answer["orderId"], answer["transactTime"], answer["workingTime"]
    assert answer == {
        "symbol": "BTCUSDT",
        "orderListId": -1,
        "clientOrderId": "full-1",
        "price": "0.00000000",
        "origQty": "0.01000000",
        "executedQty": "0.01000000",
        "origQuoteOrderQty": "0.00000000",
        "cummulativeQuoteQty": "950.00010000",
        "status": "FILLED",
        "timeInForce": "GTC",
        "type": "MARKET",
        "side": "BUY",
        "selfTradePreventionMode": "EXPIRE_MAKER",
    }


def test_answer_is_as_long_as_asked_for(ann: Trader) -> None:
    acknowledged = ann.post(ORDER, **MARKET, newOrderRespType="ACK")[1]
    result = ann.post(ORDER, **MARKET, newOrderRespType="RESULT")[1]
    stop = ann.post(ORDER, **STOP)[1]

    short = {"symbol", "orderId", "orderListId", "clientOrderId", "transactTime"}
    assert set(acknowledged) == set(stop) == short
    assert result["status"] == "FILLED"
    assert "fills" not in result


def test_quote_quantity_is_shown_beside_what_it_bought(ann: Trader) -> None:
    order = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quoteOrderQty": "1000"}

    answer = ann.post(ORDER, **order)[1]

    assert answer["origQuoteOrderQty"] == "1000.00000000"
    assert answer["origQty"] == answer["executedQty"] == "0.01052000"
    assert answer["cummulativeQuoteQty"] == "999.40010520"


def test_partial_fill_expires_with_its_fills_when_immediate_or_cancel(ann: Trader) -> None:
    control(ann.url, "deposit", account="ann", asset="USDT", amount="1000000")
    order = {**LIMIT, "timeInForce": "IOC", "quantity": "5", "price": "95005"}

    answer = ann.post(ORDER, **order)[1]

    assert (answer["status"], answer["executedQty"]) == ("EXPIRED", "2.63157000")
    assert len(answer["fills"]) == 1


def test_limit_maker_rests(ann: Trader) -> None:
    order = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT_MAKER", "quantity": "0.01"}

    placed = ann.post(ORDER, **order, price="94000", newOrderRespType="RESULT")[1]

    assert (placed["status"], placed["type"], placed["timeInForce"]) == (
        "NEW",
        "LIMIT_MAKER",
        "GTC",
    )


def test_stop_order_is_shown_asleep_and_awake(ann: Trader) -> None:
    order_id = ann.post(ORDER, **STOP)[1]["orderId"]
    asleep = ann.get(ORDER, symbol="BTCUSDT", orderId=order_id)[1]

    control(ann.url, "price", symbol="BTCUSDT", price="92000")
    awake = ann.get(ORDER, symbol="BTCUSDT", orderId=order_id)[1]

    assert (asleep["isWorking"], asleep["workingTime"]) == (False, -1)
    assert (awake["isWorking"], awake["status"]) == (True, "NEW")
    assert awake["stopPrice"] == "94000.00000000"


def test_cancel_by_client_id_names_both_ids(ann: Trader) -> None:
    ann.post(ORDER, **LIMIT, newClientOrderId="mine")

    status, answer = ann.delete(ORDER, symbol="BTCUSDT", origClientOrderId="mine")

    assert (status, answer["status"]) == (200, "CANCELED")
    assert answer["origClientOrderId"] == "mine"
    assert answer["clientOrderId"] != "mine"


def test_ids_of_different_orders_find_nothing_together(ann: Trader) -> None:
    first = ann.post(ORDER, **LIMIT, newClientOrderId="first")[1]
    ann.post(ORDER, **LIMIT, newClientOrderId="second")

    both = {"symbol": "BTCUSDT", "orderId": first["orderId"], "origClientOrderId": "second"}
    status, answer = ann.delete(ORDER, **both)

    assert (status, answer["code"]) == (400, -2011)


def test_another_account_neither_sees_nor_cancels_the_order(ann: Trader) -> None:
    bob = Trader(ann.url, "bob", USDT="1000")
    order_id = ann.post(ORDER, **LIMIT)[1]["orderId"]

    seen = bob.get(ORDER, symbol="BTCUSDT", orderId=order_id)[1]
    canceled = bob.delete(ORDER, symbol="BTCUSDT", orderId=order_id)[1]

    assert (seen["code"], canceled["code"]) == (-2013, -2011)
    assert len(ann.get("/api/v3/openOrders")[1]) == 1


def test_cancel_all_ends_one_symbols_orders(ann: Trader) -> None:
    ann.post(ORDER, **LIMIT)
    ann.post(ORDER, **STOP)
    ann.post(ORDER, **{**LIMIT, "symbol": "ETHUSDT", "price": "3000"})

    canceled = ann.delete("/api/v3/openOrders", symbol="BTCUSDT")[1]

    assert [row["status"] for row in canceled] == ["CANCELED", "CANCELED"]
    assert [row["symbol"] for row in ann.get("/api/v3/openOrders")[1]] == ["ETHUSDT"]


def test_orders_and_trades_come_page_by_page(ann: Trader) -> None:
    ids = [ann.post(ORDER, **MARKET)[1]["orderId"] for _ in range(3)]

    newest = ann.get("/api/v3/allOrders", symbol="BTCUSDT", limit=2)[1]
    onwards = ann.get("/api/v3/allOrders", symbol="BTCUSDT", orderId=ids[1])[1]
    of_one = ann.get("/api/v3/myTrades", symbol="BTCUSDT", orderId=ids[2])[1]
    later = ann.get("/api/v3/myTrades", symbol="BTCUSDT", startTime=newest[1]["time"] + 60_000)[1]

    assert [row["orderId"] for row in newest] == ids[1:]
    assert [row["orderId"] for row in onwards] == ids[1:]
    assert [row["orderId"] for row in of_one] == ids[2:]
    assert later == []


def test_symbols_share_their_order_numbers(ann: Trader) -> None:
    first = ann.post(ORDER, **LIMIT)[1]["orderId"]

    other = ann.post(ORDER, **{**LIMIT, "symbol": "ETHUSDT", "price": "3000"})[1]["orderId"]

    assert other == first


def test_test_order_is_read_and_not_placed(ann: Trader) -> None:
    assert ann.post(f"{ORDER}/test", **LIMIT) == (200, {})
    assert ann.get("/api/v3/openOrders")[1] == []


def test_account_lists_free_and_locked(ann: Trader) -> None:
    ann.post(ORDER, **LIMIT)

    balances = ann.get("/api/v3/account", omitZeroBalances="true")[1]["balances"]

    assert balances == [
        {"asset": "BTC", "free": "1.00000000", "locked": "0.00000000"},
        {"asset": "USDT", "free": "99100.00000000", "locked": "900.00000000"},
    ]


def test_key_may_trade_and_not_withdraw(ann: Trader) -> None:
    answer = ann.get("/sapi/v1/account/apiRestrictions")[1]

    assert answer["enableSpotAndMarginTrading"] is answer["enableFutures"] is True
    assert answer["enableWithdrawals"] is False


@pytest.mark.parametrize("path", ["/api/v3", "/fapi/v1"])
def test_public_data_needs_no_key(url: str, path: str) -> None:
    assert send("GET", f"{url}{path}/ping") == (200, {})
    assert send("GET", f"{url}{path}/time")[1]["serverTime"] > 0
    symbols = send("GET", f"{url}{path}/exchangeInfo")[1]["symbols"]
    assert [row["symbol"] for row in symbols] == [
        "BTCUSDT",
        "ETHUSDT",
        "SOLUSDT",
        "XRPUSDT",
        "DOGEUSDT",
    ]


def test_public_data_of_an_unknown_symbol_is_refused(url: str) -> None:
    for query in ("symbol=BTCEUR", "symbols=%5B%22BTCEUR%22%5D"):
        for path in ("exchangeInfo", "ticker/price"):
            status, answer = send("GET", f"{url}/api/v3/{path}?{query}")
            assert (status, answer["code"]) == (400, -1121)
    status, answer = send("GET", f"{url}/api/v3/ticker/price?symbols=BTCUSDT")
    assert (status, answer["code"]) == (400, -1102)


def test_average_price_is_the_price(url: str) -> None:
    answer = send("GET", f"{url}/api/v3/avgPrice?symbol=BTCUSDT")[1]

    assert (answer["mins"], answer["price"]) == (5, "95000.00000000")
