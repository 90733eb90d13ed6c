"""The control API for streams: what tests may have go wrong, and how it is put right again."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from accounts.sandbox.tests.streams.listening import (
    Listener,
    listen_key,
    listening_to_futures,
    listening_to_spot,
)
from accounts.sandbox.tests.streams.watching import FUTURES, SPOT, open_streams, until
from accounts.sandbox.tests.trader import LIMIT, Trader, control, listed


def place(ann: Trader, *names: str) -> None:
    """Place resting orders with these client order ids."""
    for name in names:
        assert ann.post("/api/v3/order", newClientOrderId=name, **LIMIT)[0] == 200


async def told(listener: Listener, *, until: str) -> list[str]:
    """Whose client order ids were heard, up to this one; balances are left out."""
    names: list[str] = []
    while until not in names:
        (event,) = await listener.events(1)
        if event["e"] == "executionReport":
            names.append(event["c"])
    return names


def heard(ann: Trader, act: Callable[[], None]) -> list[str]:
    """What is told of the orders that `act` places, up to the one called "last"."""

    async def listen() -> list[str]:
        async with listening_to_spot(ann) as listener:
            act()
            place(ann, "last")
            return await told(listener, until="last")

    return asyncio.run(listen())


@pytest.mark.parametrize(
    ("what", "names"),
    [
        ({}, ["a", "b", "c", "last"]),
        ({"drop": 2}, ["c", "last"]),
        ({"repeat": 1}, ["a", "a", "b", "c", "last"]),
        ({"reorder": 3}, ["c", "b", "a", "last"]),
        ({"drop": 1, "repeat": 1, "reorder": 2}, ["c", "b", "b", "last"]),
    ],
)
def test_next_events_are_dropped_repeated_or_reordered(
    ann: Trader, what: dict[str, object], names: list[str]
) -> None:
    def act() -> None:
        assert control(ann.url, "streams/disturb", account="ann", **what) == (200, {})
        place(ann, "a", "b", "c")

    assert heard(ann, act) == names


def test_late_event_comes_after_those_that_happened_later(ann: Trader) -> None:
    def act() -> None:
        control(ann.url, "streams/disturb", account="ann", late=1, ms=300)
        place(ann, "a", "b")

    async def listen() -> list[str]:
        async with listening_to_spot(ann) as listener:
            act()
            return await told(listener, until="a")

    assert asyncio.run(listen()) == ["b", "a"]


def test_seed_decides_which_events_meet_with_mishaps(ann: Trader) -> None:
    def act() -> None:
        control(ann.url, "streams/mishaps", seed=6, probability="0.5")
        place(ann, *"abcdef")
        control(ann.url, "streams/mishaps", probability=0)
        control(ann.url, "streams/resume", account="ann")

    assert heard(ann, act) == ["b", "a", "c", "d", "f", "f", "last"]
    # e was lost, f came twice, a after b.
    assert {row["mishap"]: row["count"] for row in listed(ann.url, "streams/mishaps")} == {
        "lost": 1,
        "repeated": 1,
        "swapped": 1,
        "late": 0,
    }


def test_resuming_ends_every_disturbance(ann: Trader) -> None:
    def act() -> None:
        control(ann.url, "streams/disturb", account="ann", reorder=5)
        place(ann, "a", "b")
        control(ann.url, "streams/resume", account="ann")
        control(ann.url, "streams/disturb", account="ann", drop=5)
        control(ann.url, "streams/resume", account="ann")

    assert heard(ann, act) == ["b", "a", "last"]


def test_paused_streams_get_everything_when_they_are_resumed(ann: Trader, bob: Trader) -> None:
    async def listen() -> tuple[list[str], list[Any]]:
        async with listening_to_spot(ann) as listener, listening_to_spot(bob) as bobs:
            control(ann.url, "streams/pause", account="ann")
            place(ann, "a", "b")
            place(bob, "bobs")
            unpaused = await told(bobs, until="bobs")
            control(ann.url, "streams/resume", account="ann")
            return unpaused, await listener.events(4)

    unpaused, events = asyncio.run(listen())

    assert unpaused == ["bobs"]
    assert [event.get("c", event["e"]) for event in events] == [
        "a",
        "outboundAccountPosition",
        "b",
        "outboundAccountPosition",
    ]


def test_open_streams_are_counted_by_account_and_market(ann: Trader, bob: Trader) -> None:
    async def listen() -> Any:
        async with (
            listening_to_spot(ann),
            listening_to_futures(ann),
            listening_to_futures(ann),
        ):
            await until(lambda: open_streams(ann, FUTURES) == 2)
            return listed(bob.url, "streams")

    assert asyncio.run(listen()) == [
        {"account": "ann", "market": "spot", "open": 1},
        {"account": "ann", "market": "futures", "open": 2},
        {"account": "bob", "market": "spot", "open": 0},
        {"account": "bob", "market": "futures", "open": 0},
    ]


def test_dropping_cuts_the_connections_of_one_account(ann: Trader, bob: Trader) -> None:
    async def listen() -> tuple[bool, list[str]]:
        async with listening_to_spot(ann) as anns, listening_to_spot(bob) as bobs:
            control(ann.url, "streams/drop", account="ann")
            await anns.socket.receive(timeout=10)
            place(bob, "bobs")
            return anns.socket.closed, await told(bobs, until="bobs")

    assert asyncio.run(listen()) == (True, ["bobs"])


def test_reset_cuts_all_connections_and_forgets_all_listen_keys(ann: Trader) -> None:
    async def listen() -> bool:
        async with listening_to_futures(ann) as listener:
            control(ann.url, "reset")
            await listener.socket.receive(timeout=10)
            return listener.socket.closed

    before = listen_key(ann)

    assert asyncio.run(listen())
    assert listed(ann.url, "streams") == []
    assert listen_key(Trader(ann.url, "ann")) != before


@pytest.mark.parametrize("path", ["drop", "terminate", "pause", "resume", "disturb"])
def test_unknown_account_is_refused(url: str, path: str) -> None:
    answer = control(url, f"streams/{path}", account="nobody")

    assert answer == (400, {"error": "There is no account of this name."})


@pytest.mark.parametrize("number", [-1, "1.5", None, "9999999999"])
def test_number_that_is_not_whole_is_refused(ann: Trader, number: object) -> None:
    answer = control(ann.url, "streams/disturb", account="ann", drop=number)

    assert answer == (400, {"error": "drop is not a whole number of up to 9 digits."})
    assert open_streams(ann, SPOT) == 0
