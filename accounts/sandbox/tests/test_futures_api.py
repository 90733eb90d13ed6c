"""The futures endpoints' answers in the venue's own fields, over real HTTP."""

from accounts.sandbox.tests.trader import CONDITIONAL, LIMIT, MARKET, Trader, control

ORDER, ALGO = "/fapi/v1/order", "/fapi/v1/algoOrder"
STOP = {**CONDITIONAL, "type": "STOP", "price": "93900"}


def test_result_carries_average_price_and_no_fee(ann: Trader) -> None:
    answer = ann.post(ORDER, **MARKET, newOrderRespType="RESULT", newClientOrderId="r-1")[1]

    del answer["orderId"], answer["updateTime"]
    assert answer == {
        "symbol": "BTCUSDT",
        "status": "FILLED",
        "clientOrderId": "r-1",
        "price": "0.0",
        "avgPrice": "95000.10000",
        "origQty": "0.010",
        "executedQty": "0.010",
        "cumQty": "0.010",
        "cumQuote": "950.00100",
        "timeInForce": "GTC",
        "type": "MARKET",
        "origType": "MARKET",
        "reduceOnly": False,
        "closePosition": False,
        "side": "BUY",
        "positionSide": "BOTH",
        "stopPrice": "0.0",
        "workingType": "CONTRACT_PRICE",
        "priceProtect": False,
        "priceMatch": "NONE",
        "selfTradePreventionMode": "EXPIRE_MAKER",
        "goodTillDate": 0,
    }


def test_acknowledgement_shows_the_order_before_it_traded(ann: Trader) -> None:
    answer = ann.post(ORDER, **MARKET)[1]

    assert (answer["status"], answer["executedQty"]) == ("NEW", "0.000")
    found = ann.get(ORDER, symbol="BTCUSDT", orderId=answer["orderId"])[1]
    assert found["status"] == "FILLED"


def test_open_order_is_found_until_it_is_canceled(ann: Trader) -> None:
    order_id = ann.post(ORDER, **LIMIT)[1]["orderId"]
    assert ann.get("/fapi/v1/openOrder", symbol="BTCUSDT", orderId=order_id)[0] == 200

    canceled = ann.delete(ORDER, symbol="BTCUSDT", orderId=order_id)[1]

    assert canceled["status"] == "CANCELED"
    refused = ann.get("/fapi/v1/openOrder", symbol="BTCUSDT", orderId=order_id)
    assert refused == (400, {"code": -2013, "msg": "Order does not exist."})


def test_cancel_all_ends_orders_and_leaves_algo_orders(ann: Trader) -> None:
    ann.post(ORDER, **LIMIT)
    ann.post(ALGO, **STOP)

    answer = ann.delete("/fapi/v1/allOpenOrders", symbol="BTCUSDT")[1]

    assert answer["code"] == 200
    assert ann.get("/fapi/v1/openOrders")[1] == []
    assert len(ann.get("/fapi/v1/openAlgoOrders")[1]) == 1
    ann.delete("/fapi/v1/algoOpenOrders", symbol="BTCUSDT")
    assert ann.get("/fapi/v1/openAlgoOrders", symbol="BTCUSDT")[1] == []


def test_algo_order_shows_the_order_it_placed(ann: Trader) -> None:
    placed = ann.post(ALGO, **STOP, clientAlgoId="a-1")[1]
    assert (placed["algoStatus"], placed["orderType"]) == ("NEW", "STOP")

    control(ann.url, "price", symbol="BTCUSDT", price="93000")

    found = ann.get(ALGO, algoId=placed["algoId"])[1]
    assert (found["algoStatus"], found["actualPrice"]) == ("TRIGGERED", "0.00000")
    query = {"symbol": "BTCUSDT", "orderId": found["actualOrderId"]}
    child = ann.get(ORDER, **query)[1]
    assert (child["type"], child["price"], child["status"]) == ("LIMIT", "93900.0", "NEW")
    ann.delete(ORDER, **query)
    (finished,) = ann.get("/fapi/v1/allAlgoOrders", symbol="BTCUSDT")[1]
    assert finished["algoStatus"] == "FINISHED"


def test_take_profit_triggers_on_the_profitable_side(ann: Trader) -> None:
    ann.post(ORDER, **MARKET)
    profit = {"type": "TAKE_PROFIT_MARKET", "triggerPrice": "96000", "closePosition": "true"}
    request = {"algoType": "CONDITIONAL", "symbol": "BTCUSDT", "side": "SELL", **profit}
    assert ann.post(ALGO, **request)[0] == 200

    control(ann.url, "price", symbol="BTCUSDT", price="96000")

    assert ann.get("/fapi/v3/positionRisk")[1] == []
    assert ann.get("/fapi/v1/userTrades", symbol="BTCUSDT")[1][1]["realizedPnl"] == "9.99800000"


def test_position_is_shown_with_margin_and_profit(ann: Trader) -> None:
    ann.post("/fapi/v1/leverage", symbol="BTCUSDT", leverage=5)
    ann.post(ORDER, **{**MARKET, "side": "SELL"})

    control(ann.url, "price", symbol="BTCUSDT", price="94000")

    (position,) = ann.get("/fapi/v3/positionRisk")[1]
    assert (position["positionAmt"], position["entryPrice"]) == ("-0.010", "94999.90000000")
    assert (position["unRealizedProfit"], position["notional"]) == ("9.99900000", "-940.00000000")
    assert (position["initialMargin"], position["leverage"]) == ("188.00000000", "5")
    assert len(ann.get("/fapi/v2/positionRisk")[1]) == 5
    assert len(ann.get("/fapi/v2/positionRisk", symbol="BTCUSDT")[1]) == 1


def test_account_and_balance_tell_the_same(ann: Trader) -> None:
    ann.post(ORDER, **LIMIT)

    for version in ("v2", "v3"):
        account = ann.get(f"/fapi/{version}/account")[1]
        (balance,) = ann.get(f"/fapi/{version}/balance")[1]
        (asset,) = account["assets"]
        assert balance["availableBalance"] == asset["availableBalance"] == "99955.00000000"
        assert account["totalOpenOrderInitialMargin"] == "45.00000000"
        assert account["totalWalletBalance"] == balance["balance"] == "100000.00000000"


def test_account_is_one_way_and_single_asset(ann: Trader) -> None:
    assert ann.get("/fapi/v1/positionSide/dual")[1] == {"dualSidePosition": False}
    assert ann.get("/fapi/v1/multiAssetsMargin")[1] == {"multiAssetsMargin": False}
    config = ann.get("/fapi/v1/accountConfig")[1]
    assert (config["dualSidePosition"], config["canTrade"]) == (False, True)


def test_test_order_is_read_and_not_placed(ann: Trader) -> None:
    assert ann.post(f"{ORDER}/test", **LIMIT) == (200, {})
    assert ann.get("/fapi/v1/openOrders")[1] == []
