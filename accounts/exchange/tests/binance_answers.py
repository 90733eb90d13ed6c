"""Binance's answers about an order, cut to the fields ccxt reads."""

from typing import Any

from accounts.exchange.tests.scripted_venue import Answer

GONE = Answer({"code": -2011, "msg": "Unknown order sent."}, status=400)
NOT_FOUND = Answer({"code": -2013, "msg": "Order does not exist."}, status=400)


def order(**told: Any) -> Answer:
    return Answer(
        {
            "symbol": "BTCUSDT",
            "orderId": 77,
            "clientOrderId": "ours1",
            "transactTime": 1700000000000,
            "price": "90000.00",
            "origQty": "0.50000",
            "executedQty": "0.00000",
            "cummulativeQuoteQty": "0.00",
            "status": "NEW",
            "type": "LIMIT",
            "side": "BUY",
            **told,
        }
    )


def trade(trade_id: int, quantity: str, price: str = "90000.00") -> dict[str, Any]:
    return {
        "symbol": "BTCUSDT",
        "id": trade_id,
        "orderId": 77,
        "side": "BUY",
        "price": price,
        "qty": quantity,
        "commission": "0.0005",
        "commissionAsset": "BTC",
        "time": 1700000000000,
        "isBuyer": True,
        "isMaker": False,
    }
