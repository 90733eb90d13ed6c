"""Which addresses of the network a message may be sent to. Pure.

Refused always: link-local, multicast and reserved ones, and those where clouds hand out credentials
to whoever asks. Private and loopback ones are refused unless the operator allows them.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_Ip = IPv4Address | IPv6Address
# IPv6 addresses that lead to the IPv4 address in their last 32 bits (RFC 6052, RFC 4291).
_CARRYING_IPV4 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"), IPv6Network("::/96"))

# Beside 169.254.169.254, which is link-local: AWS by IPv6, Alibaba, Oracle.
_METADATA = frozenset(map(ip_address, ("fd00:ec2::254", "100.100.100.200", "192.0.0.192")))


def may_be_reached(text: str, *, allow_private: bool) -> bool:
    """Whether a connection to this numeric address may be opened; no number is refused."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return all(_is_fine(each, allow_private=allow_private) for each in _meant(address))


def _is_fine(address: _Ip, *, allow_private: bool) -> bool:
    if address.is_loopback:  # ::1 counts as reserved as well
        return allow_private
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    if address.is_reserved or address in _METADATA:
        return False
    return allow_private or _is_public(address)


def _is_public(address: _Ip) -> bool:
    # Python calls the site-local addresses of old (fec0::/10) global.
    return address.is_global and not getattr(address, "is_site_local", False)


def _meant(address: _Ip) -> Iterator[_Ip]:
    """The address, or those it carries inside: whatever it is written as, they are reached."""
    carried = list(_carried(address)) if isinstance(address, IPv6Address) else []
    yield from carried or [address]


def _carried(address: IPv6Address) -> Iterator[_Ip]:
    if address.ipv4_mapped:
        yield address.ipv4_mapped
    if address.sixtofour:
        yield address.sixtofour
    yield from address.teredo or ()
    if not address.is_loopback and any(address in network for network in _CARRYING_IPV4):
        yield IPv4Address(int(address) & 0xFFFFFFFF)
