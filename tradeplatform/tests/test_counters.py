"""Counts that pass by themselves, whatever happens to them on the way."""

import pytest
from pytest_django import Settings

from tradeplatform.lib.counters import PREFIX, Tally, client_of, count, share_of

pytestmark = pytest.mark.usefixtures("nothing_counted")


def test_a_count_begins_anew_after_its_time(settings: Settings) -> None:
    valkey = client_of(settings.REDIS_URL)

    first = count("test", seconds=60)
    second = count("test", seconds=60)
    life_time = valkey.ttl(f"{PREFIX}test")

    assert (first, second) == (Tally(1, 60), Tally(2, 60))
    assert 0 < life_time <= 60


def test_a_count_that_passes_while_it_is_counted_passes_again(settings: Settings) -> None:
    valkey = client_of(settings.REDIS_URL)
    valkey.incr(f"{PREFIX}test")  # what is left when it passes between two commands

    tally = count("test", seconds=60)

    assert tally == Tally(2, 60)
    assert 0 < valkey.ttl(f"{PREFIX}test") <= 60


def test_however_many_networks_somebody_has_the_counts_are_bounded() -> None:
    networks = {f"2001:db8:{number // 2**16:x}:{number % 2**16:x}::" for number in range(200_000)}

    shares = {share_of(network) for network in networks}

    assert len(networks) == 200_000
    assert 60_000 < len(shares) <= 65_536


def test_without_the_secret_nobody_knows_who_is_counted_with_whom(settings: Settings) -> None:
    networks = [f"203.0.113.{number}" for number in range(50)]
    here = [share_of(network) for network in networks]

    settings.SECRET_KEY = "of another installation"

    assert [share_of(network) for network in networks] != here
