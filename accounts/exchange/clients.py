"""Builds ccxt clients: no retries, no rate limiter of their own, numbers as text, nothing logged.

Credentials are decrypted here and nowhere else, once per client.
"""

import json
import ssl
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

import aiohttp
import certifi
from django.conf import settings

from accounts.exchange.limits.limiter import Limiter, Payer
from accounts.exchange.types import Credentials, Login, MarketKey, NotSent
from accounts.exchange.venues import VENUES, Access, access_to
from accounts.exchange.wire import Clock, observed_class, streaming_class
from accounts.exchange.worlds import point
from tradeplatform.lib.encryption import CannotDecrypt, decrypt

# ccxt 4.5.90 options that keep it from doing more than it is asked to.
_OPTIONS: dict[str, dict[str, Any]] = {
    # ccxt refuses to list the open orders of all symbols until it is told that we mean it.
    "binance": {"warnOnFetchOpenOrdersWithoutSymbol": False},
    "binanceusdm": {
        "warnOnFetchOpenOrdersWithoutSymbol": False,
        # A stream would read all positions by REST first, and forget the failure of that.
        "watchPositions": {"fetchPositionsSnapshot": False},
    },
    # A single order by the endpoint for single orders; the default wraps it into a batch.
    # Without a broker: ccxt would add its tag and a client order id of its own to stop orders.
    "okx": {"createOrder": "privatePostTradeOrder", "brokerId": None},
    # Unified trading account. ccxt would ask twice before each account's first order.
    "bybit": {
        "enableUnifiedAccount": True,
        "enableUnifiedMargin": False,
        "unifiedMarginStatus": 6,
    },
}

# ccxt 4.5.90 makes these for each client anew, 220 kB for Binance, and only reads them.
_ALIKE = ("api", "exceptions")
_read_only: dict[type[Any], dict[str, Any]] = {}


def build_client(
    key: MarketKey,
    *,
    session: aiohttp.ClientSession,
    clock: Clock,
    limiter: Limiter,
    login: Login | None = None,
    is_streaming: bool = False,
) -> Any:
    """A client for these markets, without a login for public data only.

    Only a streaming one can watch orders; it is of no use for anything else. Raises NotSent where
    the venue cannot be reached in this environment.
    """
    access = access_to(key)
    credentials = None if login is None else credentials_of(login)
    kind = streaming_class(access.ccxt_id) if is_streaming else observed_class(access.ccxt_id)
    client = kind(_config(access, session, credentials))
    vars(client).update(_read_only.setdefault(kind, {name: vars(client)[name] for name in _ALIKE}))
    client.clock = clock
    client.decimal_to_precision = _remembering(client.decimal_to_precision)
    account_id = None if login is None else login.account_id
    client.purse = limiter.purse(Payer(access.ccxt_id, key, account_id))
    point(client, access=access, environment=key.environment)
    return client


def _config(
    access: Access, session: aiohttp.ClientSession, credentials: Credentials | None
) -> dict[str, Any]:
    config: dict[str, Any] = {
        "session": session,
        "ssl_context": ssl_context(),
        "timeout": settings.EXCHANGE_TIMEOUT_SECONDS * 1000,
        # Per instance it would count one account only; an address's limit is shared by all.
        "enableRateLimit": False,
        # The last answers of every client would stay in memory: 39 MB after loading markets.
        "enableLastHttpResponse": False,
        "enableLastJsonResponse": False,
        "enableLastResponseHeaders": False,
        "number": str,  # never float
        "has": {"fetchCurrencies": False},
        "options": {
            "fetchMarkets": {"types": list(access.ccxt_market_types)},
            **_OPTIONS.get(access.ccxt_id, {}),
        },
    }
    if credentials is not None:
        config["apiKey"] = credentials.api_key
        config["secret"] = credentials.secret
        config["password"] = credentials.passphrase
    return config


@cache
def _remembering(rounding: Callable[..., str]) -> Callable[..., str]:
    """ccxt's way to round: hundreds of orders bear the same price."""
    return lru_cache(maxsize=1024, typed=True)(rounding)


@cache
def ssl_context() -> ssl.SSLContext:
    """One for all: it takes 12 ms to make, and ccxt would make one per client at its first call."""
    return ssl.create_default_context(cafile=certifi.where())


def credentials_of(login: Login) -> Credentials:
    """The login's credentials in the clear; raises NotSent when there are none to use."""
    if not login.encrypted_credentials:
        raise NotSent("BAD_CREDENTIALS", "The account has no API key. Enter one.")
    try:
        credentials = Credentials(**json.loads(decrypt(login.encrypted_credentials)))
    except CannotDecrypt as error:
        raise NotSent("BAD_CREDENTIALS", str(error)) from error
    if VENUES[login.market.venue].needs_passphrase and not credentials.passphrase:
        raise NotSent("BAD_CREDENTIALS", "This exchange needs the API key's passphrase too.")
    return credentials
