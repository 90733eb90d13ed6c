"""Who sent a request: the peer, or whom a trusted proxy names as its own peer.

Anybody may write X-Forwarded-For. So it is read from its end, where the nearest proxy wrote, and
only as far as the writers are trusted (settings.TRUSTED_PROXIES).
"""

import ipaddress
from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_EVERYBODY = "*"
# Whoever has an IPv6 address has at least this much of a network to himself.
_OWN_NETWORK_BITS = 64
# What stands before the IPv4 address in ::ffff:a.b.c.d (RFC 4291).
_BITS_BEFORE_MAPPED = 96


def client_address(request: HttpRequest) -> str | None:
    """The address of whoever sent the request; None on a Unix socket without a trusted proxy."""
    trusted: Sequence[str] = settings.TRUSTED_PROXIES
    address = _read(request.META.get("REMOTE_ADDR", ""))
    if _EVERYBODY not in trusted and not _is_in(address, trusted):
        return _text(address)
    for told in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
        nearer, address = address, _read(told)
        if address is None:
            return _text(nearer)
        if not _is_in(address, trusted):
            break
    return _text(address)


def is_in_networks(address: str | None, networks: Sequence[str]) -> bool:
    """Whether the address is one of these addresses or in one of these networks."""
    return _is_in(_read(address or ""), networks)


def network_of(address: str) -> str:
    """The address under which its user is counted: of IPv6 the first of the user's network."""
    read = _read(address)
    if isinstance(read, ipaddress.IPv6Address):
        own = ipaddress.ip_network((read, _OWN_NETWORK_BITS), strict=False)
        return str(own.network_address)
    return address


def client_network(request: HttpRequest) -> str | None:
    """`network_of` the address that sent the request, where there is one."""
    address = client_address(request)
    return address and network_of(address)


def _read(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_in(address: Address | None, networks: Sequence[str]) -> bool:
    return address is not None and any(
        address in _network(network) for network in networks if network != _EVERYBODY
    )


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """The network, as IPv4 where it is that in the writing of IPv6."""
    network = ipaddress.ip_network(text)
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    bits = network.prefixlen - _BITS_BEFORE_MAPPED
    return ipaddress.ip_network((mapped, bits)) if mapped and bits >= 0 else network


def _text(address: Address | None) -> str | None:
    return None if address is None else str(address)
