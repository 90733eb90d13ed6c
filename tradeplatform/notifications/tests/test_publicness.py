"""Where messages may be sent to."""

import pytest

from tradeplatform.notifications.publicness import may_be_reached

PUBLIC = ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
PRIVATE = [
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "127.0.0.1",
    "127.1.2.3",
    "100.64.0.1",  # carrier-grade NAT
    "::1",
    "fc00::1",
    "fec0::1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "::127.0.0.1",
    "64:ff9b::a00:1",
    "2002:a00:1::",
]
NEVER = [
    "169.254.169.254",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "fd00:ec2::254",
    "100.100.100.200",
    "192.0.0.192",
    "0.0.0.0",  # noqa: S104  an address to refuse
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "224.0.0.1",
    "ff02::1",
    "240.0.0.1",
    "255.255.255.255",
    "2001:0:a00:1::",
    "::ffff:0:a00:1",  # translated (RFC 2765), reserved
    "4000::1",
    "example.com",
    "0x7f000001",
    "2130706433",
    "",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_reached(address: str) -> None:
    assert may_be_reached(address, allow_private=False)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_reached_only_where_the_operator_allows_it(address: str) -> None:
    assert not may_be_reached(address, allow_private=False)
    assert may_be_reached(address, allow_private=True)


@pytest.mark.parametrize("address", NEVER)
def test_what_is_no_host_or_hands_out_credentials_is_never_reached(address: str) -> None:
    assert not may_be_reached(address, allow_private=False)
    assert not may_be_reached(address, allow_private=True)
