"""ccxt's synchronous clients for as many accounts, pointed at the stub exchange."""

from typing import Any
from urllib.parse import urlsplit

import ccxt

# What every rival sends, and what ours is asked for.
ORDER = ("BTC/USDT", "limit", "buy", 0.1, 40_000)


def clients(exchange_url: str, accounts: int) -> list[Any]:
    """With markets loaded once and shared, and without ccxt's own throttle."""
    source = _client(exchange_url, 0)
    source.load_markets()
    return [
        _client(exchange_url, number).set_markets_from_exchange(source)
        for number in range(accounts)
    ]


def _client(exchange_url: str, number: int) -> Any:
    client = ccxt.binance(
        {
            "apiKey": f"key{number:06d}".ljust(64, "a"),
            "secret": f"{number:064d}",
            "enableRateLimit": False,
            "has": {"fetchCurrencies": False},
            "options": {"fetchMarkets": {"types": ["spot"]}},
        }
    )
    client.urls["api"] = {
        family: exchange_url + urlsplit(address).path
        for family, address in client.urls["api"].items()
        if isinstance(address, str)
    }
    client.enableLastHttpResponse = client.enableLastJsonResponse = False
    return client
