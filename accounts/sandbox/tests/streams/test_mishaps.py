"""Mishaps are a function of seed, account and number; the gate has each happen to one event."""

import pytest

from accounts.sandbox.engine.listings import Market
from accounts.sandbox.streams.gate import Gate
from accounts.sandbox.streams.mishaps import Mishap, Mishaps
from accounts.sandbox.streams.pushes import Push

FIRST, SECOND = (
    Push("ann", Market.SPOT, {"c": name}, is_about_order=True) for name in ("first", "second")
)


def met(seed: int, account: str) -> list[Mishap | None]:
    """What happens to an account's events."""
    return [Mishaps(seed).of_event(account, number) for number in range(300)]


def test_same_seed_and_account_meet_with_the_same() -> None:
    assert met(1, "ann") == met(1, "ann")
    assert met(1, "ann") != met(2, "ann")
    assert met(1, "ann") != met(1, "bob")
    assert set(met(1, "ann")) == {None, *Mishap}


@pytest.mark.parametrize(
    ("mishap", "admitted"),
    [
        (Mishap.LOST, [[], [SECOND]]),
        (Mishap.REPEATED, [[FIRST, FIRST], [SECOND]]),
        (Mishap.SWAPPED, [[], [SECOND, FIRST]]),
    ],
)
def test_mishap_happens_to_one_event(mishap: Mishap, admitted: list[list[Push]]) -> None:
    gate = Gate()

    gate.meet_with(mishap)

    assert [gate.admit(FIRST), gate.admit(SECOND)] == admitted


def test_late_event_is_half_a_second_late_and_the_next_is_not() -> None:
    gate = Gate()

    gate.meet_with(Mishap.LATE)

    assert [gate.delay_ms(FIRST), gate.delay_ms(SECOND)] == [500, 0]
