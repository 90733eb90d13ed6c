"""Whoever waits for an account's turn lends its rank to what is ahead, and to nothing else."""

import asyncio
import time
from collections.abc import Callable

import pytest

from accounts.exchange.limits.lanes import Lane
from accounts.exchange.limits.lanes import lane as running_lane
from accounts.exchange.limits.quotas import Counts, Quota, Rank
from accounts.exchange.limits.stores import OwnStore
from accounts.exchange.limits.turns import Turns
from accounts.exchange.single_flight import SingleFlight
from tradeplatform.lib import loop

# A slot of it is five minutes: what waits for room waits beyond the end of a test.
_QUOTA = Quota(Counts.ORDERS, 100, 3600)
_ENTRIES_MAY_USE = 85


class _Scene:
    """A quota of which entries may use no more, and who was let in, in this order."""

    def __init__(self, store: OwnStore | None = None) -> None:
        self.turns = Turns(_QUOTA, store or OwnStore(_QUOTA))
        self.turns.store.correct(_ENTRIES_MAY_USE)
        self.let_in: list[str] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def start(self, name: str, rank: Rank, *, lane: Lane, requests: int = 1) -> None:
        """Have it get as far as it gets."""
        self.tasks.append(asyncio.create_task(self.job(name, rank, lane, requests)))
        await asyncio.sleep(0.01)

    async def job(self, name: str, rank: Rank, lane: Lane, requests: int = 1) -> None:
        """One of the lane, which waits for its turn there and then for units."""
        async with lane.turn(rank):
            for _ in range(requests):
                await self.turns.take(1, rank=rank, until=time.time() + 600, lane=lane)
                self.let_in.append(name)

    async def poll(self, name: str) -> None:
        """A request that no lane knows of."""

        async def take() -> None:
            await self.turns.take(1, rank=Rank.POLL, until=time.time() + 600)
            self.let_in.append(name)

        self.tasks.append(asyncio.create_task(take()))
        await asyncio.sleep(0.01)

    async def leave(self) -> list[str]:
        """Who was let in; the others wait no longer."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        return self.let_in


@pytest.mark.parametrize("urgent", [Rank.CLOSE, Rank.CANCEL])
def test_who_waits_for_its_turn_hurries_what_is_ahead_and_no_other_lane(urgent: Rank) -> None:
    async def play() -> list[str]:
        scene, own, other = _Scene(), Lane(), Lane()
        await scene.start("other entry", Rank.ENTRY, lane=other)
        await scene.start("entry", Rank.ENTRY, lane=own)
        await scene.start("urgent", urgent, lane=own)
        return await scene.leave()

    assert loop.call(play(), timeout_seconds=10) == ["entry", "urgent"]


def test_what_asks_only_after_the_close_has_come_is_hurried_too() -> None:
    async def play() -> list[str]:
        scene, lane = _Scene(), Lane()
        await scene.start("first", Rank.ENTRY, lane=lane)
        await scene.start("second", Rank.ENTRY, lane=lane, requests=2)
        await scene.start("close", Rank.CLOSE, lane=lane)
        return await scene.leave()

    assert loop.call(play(), timeout_seconds=10) == ["first", "second", "second", "close"]


def test_a_look_up_ahead_is_hurried_and_a_poll_is_not() -> None:
    async def play() -> list[str]:
        scene, lane = _Scene(), Lane()
        await scene.poll("poll")
        await scene.start("look-up", Rank.POLL, lane=lane)
        await scene.start("close", Rank.CLOSE, lane=lane)
        return await scene.leave()

    assert loop.call(play(), timeout_seconds=10) == ["look-up", "close"]


def test_the_rank_is_lent_no_longer_than_somebody_waits() -> None:
    async def play() -> list[str]:
        scene, lane = _Scene(), Lane()
        await scene.start("entry", Rank.ENTRY, lane=lane)
        await scene.start("close", Rank.CLOSE, lane=lane)
        await scene.start("later entry", Rank.ENTRY, lane=lane)
        return await scene.leave()

    assert loop.call(play(), timeout_seconds=10) == ["entry", "close"]


def test_a_close_that_is_given_up_lends_nothing_any_more() -> None:
    async def play() -> Rank:
        scene, lane = _Scene(), Lane()
        scene.turns.store.correct(95)  # nothing for closes either
        await scene.start("entry", Rank.ENTRY, lane=lane)
        await scene.start("close", Rank.CLOSE, lane=lane)
        scene.tasks[1].cancel()
        await asyncio.sleep(0.01)
        lent = lane.best(Rank.ENTRY)
        await scene.leave()
        return lent

    assert loop.call(play(), timeout_seconds=10) is Rank.ENTRY


class _SlowStore(OwnStore):
    """It has what an entry asks for, but it takes a while to tell."""

    used = 0.0

    async def find(self, units: float, *, rank: Rank, wanted: float) -> bool:
        await asyncio.sleep(0.05)
        self.used += units
        return True


def test_units_that_are_found_while_it_is_hurried_are_used_once() -> None:
    async def play() -> tuple[list[str], float]:
        store, lane = _SlowStore(_QUOTA), Lane()
        scene = _Scene(store)
        await scene.start("entry", Rank.ENTRY, lane=lane)
        await scene.start("close", Rank.CLOSE, lane=lane)
        await asyncio.gather(*scene.tasks)
        return scene.let_in, store.used

    let_in, found = loop.call(play(), timeout_seconds=10)

    assert let_in == ["entry", "close"]
    assert found == 1  # the close has its own of what is kept for closes


class _RacedStore(OwnStore):
    """Somebody comes right when it lets in who asks, who has not heard of that yet."""

    def __init__(self, comes: Callable[[], None]) -> None:
        super().__init__(_QUOTA)
        self._comes = comes

    async def find(self, units: float, *, rank: Rank, wanted: float) -> bool:
        self._comes()
        return True


def test_who_was_let_in_just_now_is_not_hurried() -> None:
    async def play() -> list[str]:
        lane = Lane()

        def come() -> None:
            scene.tasks.append(asyncio.create_task(scene.job("close", Rank.CLOSE, lane)))

        scene = _Scene(_RacedStore(come))
        await scene.start("entry", Rank.ENTRY, lane=lane)
        return await scene.leave()

    assert loop.call(play(), timeout_seconds=10) == ["entry", "close"]


def test_who_was_hurried_in_vain_gives_up_in_time() -> None:
    async def play() -> list[str]:
        scene, lane = _Scene(), Lane()
        scene.turns.store.correct(95)

        async def entry() -> None:
            async with lane.turn(Rank.ENTRY):
                with pytest.raises(TimeoutError):
                    await scene.turns.take(1, rank=Rank.ENTRY, until=time.time() + 0.05, lane=lane)
            scene.let_in.append("entry gave up")

        scene.tasks.append(asyncio.create_task(entry()))
        await asyncio.sleep(0.01)
        await scene.start("close", Rank.CLOSE, lane=lane)
        await scene.tasks[0]
        return await scene.leave()

    assert loop.call(play(), timeout_seconds=10) == ["entry gave up"]


def test_what_a_job_starts_for_all_is_not_hurried_by_its_account() -> None:
    async def play() -> list[str]:
        scene, own = _Scene(), Lane()

        async def read_for_all() -> None:
            until = time.time() + 600
            await scene.turns.take(1, rank=Rank.POLL, until=until, lane=running_lane.get())
            scene.let_in.append("reading")

        async with own.turn(Rank.ENTRY):
            scene.tasks.append(SingleFlight[str, None]().start("markets", read_for_all))
            await asyncio.sleep(0.01)
        await scene.start("entry", Rank.ENTRY, lane=own)
        await scene.start("close", Rank.CLOSE, lane=own)
        return await scene.leave()

    assert loop.call(play(), timeout_seconds=10) == ["entry", "close"]
