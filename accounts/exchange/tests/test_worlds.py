"""A TESTNET or SANDBOX client never holds an address of the real world."""

from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from django.conf import settings

from accounts.exchange.clients import build_client
from accounts.exchange.limits.ledger import ValkeyLedger
from accounts.exchange.limits.limiter import Limiter
from accounts.exchange.tests.asking import wait
from accounts.exchange.types import Environment, MarketKey, MarketType, NotSent
from accounts.exchange.venues import VENUES, Access, access_to
from accounts.exchange.wire import Clock
from accounts.exchange.worlds import hosts_of, point

_KEYS = [
    MarketKey(venue.name, environment, market_type)
    for venue in VENUES.values()
    for market_type in venue.markets
    for environment in Environment
]


async def _build(key: MarketKey) -> Any:
    async with aiohttp.ClientSession() as session:
        limiter = Limiter(ValkeyLedger(settings.REDIS_URL), part=1)
        return build_client(key, session=session, clock=Clock(), limiter=limiter)


def _client(key: MarketKey) -> Any:
    return wait(_build(key))


def _offered(key: MarketKey) -> bool:
    try:
        access_to(key)
    except NotSent:
        return False
    return True


def _real_hosts(key: MarketKey) -> frozenset[str]:
    return hosts_of(_client(MarketKey(key.venue, Environment.LIVE, key.market_type)))


def _all_hosts(urls: Any) -> set[str]:
    if isinstance(urls, dict):
        return set().union(*(_all_hosts(inner) for inner in urls.values()))
    return {urlsplit(urls).netloc}


@pytest.mark.parametrize(
    "key", [key for key in _KEYS if key.environment is Environment.TESTNET and _offered(key)]
)
def test_a_testnet_client_has_no_real_address_or_says_demo_in_every_request(
    key: MarketKey,
) -> None:
    client = _client(key)

    if key.venue == "okx":  # its demo is at the real address; the header makes it one
        signed = client.sign("account/balance", "private", "GET", {})
        assert client.headers["x-simulated-trading"] == "1"
        assert client.prepare_request_headers(signed["headers"])["x-simulated-trading"] == "1"
    else:
        assert hosts_of(client) & _real_hosts(key) == frozenset()
        assert _all_hosts(client.urls) & _real_hosts(key) == set()


@pytest.mark.parametrize(
    "key", [key for key in _KEYS if key.environment is Environment.SANDBOX and _offered(key)]
)
def test_a_sandbox_client_has_no_address_but_the_sandbox_s(key: MarketKey, settings: Any) -> None:
    settings.SANDBOX_URL = "http://127.0.0.1:8091/"

    client = _client(key)

    assert _all_hosts(client.urls) == {"127.0.0.1:8091"}
    assert client.urls["api"]["fapiPrivateV3"] == "http://127.0.0.1:8091/fapi/v3"
    assert client.urls["api"]["private"] == "http://127.0.0.1:8091/api/v3"
    assert client.urls["api"]["sapi"] == "http://127.0.0.1:8091/sapi/v1"


def test_a_sandbox_client_keeps_the_error_classes_of_the_real_address(settings: Any) -> None:
    settings.SANDBOX_URL = "http://127.0.0.1:8091"

    client = _client(MarketKey("binance", Environment.SANDBOX, MarketType.FUTURES))

    assert client.exceptions["exact"]["-2019"].__name__ == "InsufficientFunds"


@pytest.mark.parametrize(
    ("venue", "environment"),
    [
        ("okx", Environment.SANDBOX),
        ("bybit", Environment.SANDBOX),
        ("upbit", Environment.SANDBOX),
        ("upbit", Environment.TESTNET),
        ("bithumb", Environment.SANDBOX),
        ("bithumb", Environment.TESTNET),
    ],
)
def test_a_world_that_a_venue_lacks_is_refused(venue: str, environment: Environment) -> None:
    with pytest.raises(NotSent) as refusal:
        _client(MarketKey(venue, environment, MarketType.SPOT))

    assert refusal.value.code == "ENVIRONMENT_NOT_SUPPORTED"


def test_a_switch_that_changes_nothing_is_refused() -> None:
    """As if a new ccxt kept the real addresses in its testnet mode."""
    live = _client(MarketKey("upbit", Environment.LIVE, MarketType.SPOT))
    live.urls["test"] = live.urls["api"]

    with pytest.raises(NotSent) as refusal:
        point(
            live,
            access=access_to(MarketKey("bybit", Environment.TESTNET, MarketType.SPOT)),
            environment=Environment.TESTNET,
        )

    assert refusal.value.code == "ENVIRONMENT_NOT_SUPPORTED"


def test_clients_keep_nothing_and_count_in_text() -> None:
    key = MarketKey("binance", Environment.LIVE, MarketType.SPOT)

    client = _client(key)

    assert client.options["fetchMarkets"]["types"] == ["spot"]
    assert client.has["fetchCurrencies"] is False
    assert client.enableRateLimit is False
    assert client.enableLastHttpResponse is False
    assert client.enableLastJsonResponse is False
    assert client.number is str
    assert client.timeout == 10_000


def test_no_table_row_is_pointed_without_a_switch() -> None:
    """An access that offers TESTNET names the way there."""
    accesses: list[Access] = [a for venue in VENUES.values() for a in venue.markets.values()]

    without = [a.ccxt_id for a in accesses if a.testnet is None]

    assert without == ["upbit", "bithumb"]
