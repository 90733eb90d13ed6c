"""What a request weighs. Pure data.

Source: developers.binance.com, the "Weight" of each endpoint of spot and USDS-M futures.
"""

from accounts.sandbox.engine.listings import Market
from accounts.sandbox.faults.asked import Asked

_SPOT = {
    "GET order": 4,
    "GET openOrders": 6,
    "GET allOrders": 20,
    "GET myTrades": 20,
    "GET account": 20,
    "GET exchangeInfo": 20,
    "GET depth": 5,
    "GET price": 2,
    "GET bookTicker": 2,
    "GET 24hr": 2,
    "GET avgPrice": 2,
}
_SPOT_OF_ALL_SYMBOLS = {
    "GET openOrders": 80,
    "GET price": 4,
    "GET bookTicker": 4,
    "GET 24hr": 80,
}
_FUTURES = {
    "POST order": 0,
    "GET allOrders": 5,
    "GET userTrades": 5,
    "GET account": 5,
    "GET balance": 5,
    "GET positionRisk": 5,
    "GET depth": 10,
    "GET bookTicker": 2,
}
_FUTURES_OF_ALL_SYMBOLS = {
    "GET openOrders": 40,
    "GET openAlgoOrders": 40,
    "GET price": 2,
    "GET bookTicker": 5,
    "GET 24hr": 40,
    "GET premiumIndex": 10,
}
_OF_ALL_SYMBOLS = {Market.SPOT: _SPOT_OF_ALL_SYMBOLS, Market.FUTURES: _FUTURES_OF_ALL_SYMBOLS}
_OF_ONE = {Market.SPOT: _SPOT, Market.FUTURES: _FUTURES}


def weight_of(asked: Asked) -> int:
    """The weight of a request, 1 where the tables say nothing."""
    name = f"{asked.method} {asked.path.rpartition('/')[2]}"
    if not asked.symbol and name in _OF_ALL_SYMBOLS[asked.market]:
        return _OF_ALL_SYMBOLS[asked.market][name]
    return _OF_ONE[asked.market].get(name, 1)
