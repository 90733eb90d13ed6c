"""Points a ccxt client at the world its account lives in, or refuses to.

A client of TESTNET or SANDBOX keeps no address of the venue's real world; where the venue has its
demo on the real addresses (OKX), every request carries the header that says so.
"""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from accounts.exchange.types import Environment, NotSent
from accounts.exchange.venues import Access, TestnetSwitch

# OKX's documentation, "Demo Trading Services"; ccxt okx.set_sandbox_mode sets it.
_DEMO_HEADER = ("x-simulated-trading", "1")


def point(client: Any, *, access: Access, environment: Environment) -> None:
    """Give the client the addresses of its world; raises NotSent when it would keep real ones."""
    if environment is Environment.LIVE:
        return
    real_hosts = hosts_of(client)
    if environment is Environment.SANDBOX:
        _to_sandbox(client, access)
    else:
        _to_testnet(client, access)
    # The other tables of addresses (backups of the real ones among them) are of no use any more.
    client.urls = {"api": client.urls["api"]}
    if hosts_of(client) & real_hosts and not _has_demo_header(client, access):
        raise NotSent(
            "ENVIRONMENT_NOT_SUPPORTED",
            f"{access.ccxt_id} would use its real addresses in {environment}; nothing was sent.",
        )


def hosts_of(client: Any) -> frozenset[str]:
    """Every host that the client could send a request to."""
    hostname = client.hostname or ""
    addresses = (text.replace("{hostname}", hostname) for text in _texts(client.urls["api"]))
    return frozenset(urlsplit(address).netloc for address in addresses)


def _texts(addresses: Any) -> list[str]:
    if isinstance(addresses, dict):
        return [text for inner in addresses.values() for text in _texts(inner)]
    return [addresses]


def _to_testnet(client: Any, access: Access) -> None:
    if access.testnet is TestnetSwitch.DEMO_ADDRESSES:
        client.enable_demo_trading(True)
    else:
        client.set_sandbox_mode(True)


def _to_sandbox(client: Any, access: Access) -> None:
    """Replace scheme and host, keep the paths: /api/v3, /sapi/v1, /fapi/v1 and so on."""
    base = settings.SANDBOX_URL.rstrip("/")
    streams = base.replace("http", "ws", 1)
    client.urls["api"] = {
        family: base + urlsplit(address).path
        for family, address in client.urls["api"].items()
        if isinstance(address, str)  # the others are addresses of streams
    }
    client.urls["api"]["ws"] = {
        "spot": f"{streams}/spot/ws",
        "linear": f"{streams}/futures/ws",
        "ws-api": {"spot": f"{streams}/ws-api/v3", "linear": f"{streams}/ws-fapi/v1"},
    }
    # ccxt picks these by the literal address; without them the sandbox's errors lose their class.
    for kind in ("exact", "broad"):
        own = client.exceptions[access.ccxt_market_types[0]]
        client.exceptions[kind].update(own.get(kind, {}))


def _has_demo_header(client: Any, access: Access) -> bool:
    name, value = _DEMO_HEADER
    return access.testnet is TestnetSwitch.DEMO_HEADER and client.headers.get(name) == value
