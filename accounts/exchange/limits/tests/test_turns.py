"""Who is let in when there is not enough for all."""

import asyncio
import time

import pytest

from accounts.exchange.limits.quotas import Counts, Quota, Rank
from accounts.exchange.limits.stores import OwnStore
from accounts.exchange.limits.turns import Turns
from tradeplatform.lib import loop

# A twelfth of it is a slot: 0.1 s.
_QUOTA = Quota(Counts.ORDERS, 20, 1)


async def _fill(turns: Turns) -> None:
    """Nothing is left for anybody."""
    turns.store.correct(20)


async def _all_take(ranks: list[Rank]) -> list[Rank]:
    """They ask in this order while nothing is left; in which they were let in."""
    turns = Turns(_QUOTA, OwnStore(_QUOTA))
    await _fill(turns)
    let_in: list[Rank] = []

    async def take(rank: Rank) -> None:
        await turns.take(1, rank=rank, until=time.time() + 10)
        let_in.append(rank)

    await asyncio.gather(*(take(rank) for rank in ranks))
    return let_in


def test_the_best_rank_goes_first_whoever_came_first() -> None:
    asked = [Rank.POLL, Rank.ENTRY, Rank.CANCEL, Rank.CLOSE, Rank.ENTRY]

    let_in = loop.call(_all_take(asked), timeout_seconds=20)

    assert let_in == [Rank.CLOSE, Rank.CANCEL, Rank.ENTRY, Rank.ENTRY, Rank.POLL]


async def _close_while_an_entry_waits() -> list[str]:
    turns = Turns(_QUOTA, OwnStore(_QUOTA))
    turns.store.correct(17)  # all that an entry may use
    let_in: list[str] = []

    async def take(name: str, rank: Rank) -> None:
        await turns.take(1, rank=rank, until=time.time() + 10)
        let_in.append(name)

    entry = asyncio.create_task(take("entry", Rank.ENTRY))
    await asyncio.sleep(0.01)
    await take("close", Rank.CLOSE)
    waited_on = not entry.done()
    await entry
    return [*let_in, "had to wait" if waited_on else "passed"]


def test_what_is_kept_for_closes_lets_one_pass_while_entries_wait() -> None:
    told = loop.call(_close_while_an_entry_waits(), timeout_seconds=20)

    assert told == ["close", "entry", "had to wait"]


async def _give_up() -> tuple[bool, float]:
    turns = Turns(_QUOTA, OwnStore(_QUOTA))
    await _fill(turns)
    with pytest.raises(TimeoutError):
        await turns.take(1, rank=Rank.ENTRY, until=time.time() + 0.05)
    before = time.time()
    await turns.take(1, rank=Rank.ENTRY, until=before + 10)
    return True, time.time() - before


def test_whoever_gave_up_holds_up_nobody_and_uses_nothing() -> None:
    passed, _ = loop.call(_give_up(), timeout_seconds=20)

    assert passed


async def _one_gives_up_behind_another() -> list[str]:
    turns = Turns(_QUOTA, OwnStore(_QUOTA))
    await _fill(turns)
    told: list[str] = []

    async def take(name: str, patience_seconds: float) -> None:
        try:
            await turns.take(1, rank=Rank.ENTRY, until=time.time() + patience_seconds)
        except TimeoutError:
            told.append(f"{name} gave up")
        else:
            told.append(f"{name} was let in")

    await asyncio.gather(take("first", 10), take("second", 0.05))
    return told


def test_whoever_has_less_patience_gives_up_behind_one_who_waits_on() -> None:
    told = loop.call(_one_gives_up_behind_another(), timeout_seconds=20)

    assert told == ["second gave up", "first was let in"]


class _LateStore(OwnStore):
    """It has nothing when it is asked first."""

    asked = 0

    async def find(self, units: float, *, rank: Rank, wanted: float) -> bool:
        self.asked += 1
        return self.asked > 1


def test_units_that_were_away_are_looked_for_again_long_before_the_slot_is_over() -> None:
    hourly = Quota(Counts.ORDERS, 20, 3600)

    async def take() -> int:
        store = _LateStore(hourly)
        store.correct(20)
        await Turns(hourly, store).take(1, rank=Rank.CLOSE, until=time.time() + 600)
        return store.asked

    assert loop.call(take(), timeout_seconds=20) == 2


class _BrokenStore(OwnStore):
    async def find(self, units: float, *, rank: Rank, wanted: float) -> bool:
        raise ValueError("an answer that cannot be read")


def test_nobody_waits_for_ever_where_units_cannot_be_found() -> None:
    async def take_all() -> list[BaseException | None]:
        turns = Turns(_QUOTA, _BrokenStore(_QUOTA))
        await _fill(turns)
        waiting = (turns.take(1, rank=rank, until=time.time() + 10) for rank in Rank)
        return await asyncio.gather(*waiting, return_exceptions=True)

    told = loop.call(take_all(), timeout_seconds=5)

    assert [type(each) for each in told] == [TimeoutError] * 4


class _EmptyStore(OwnStore):
    """It never has anything, and takes a moment to tell; remembers what was wanted each time."""

    def __init__(self) -> None:
        self.quota = Quota(Counts.ORDERS, 20, 3600)
        super().__init__(self.quota)
        self.wanted: list[float] = []
        self.correct(20)

    async def find(self, units: float, *, rank: Rank, wanted: float) -> bool:
        self.wanted.append(wanted)
        await asyncio.sleep(0.001)
        return False


async def _end(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def test_units_are_not_looked_for_without_pause_once_a_worse_rank_has_given_up() -> None:
    async def one_gives_up_behind_a_better_rank() -> list[float]:
        store = _EmptyStore()
        turns = Turns(store.quota, store)
        close = asyncio.create_task(turns.take(1, rank=Rank.CLOSE, until=time.time() + 600))
        with pytest.raises(TimeoutError):
            await turns.take(1, rank=Rank.ENTRY, until=time.time() + 0.05)
        await asyncio.sleep(0.3)
        await _end(close)
        return store.wanted

    wanted = loop.call(one_gives_up_behind_a_better_rank(), timeout_seconds=20)

    assert len(wanted) < 10  # not a hundred


def test_nothing_is_wanted_for_who_was_canceled() -> None:
    async def one_of_three_is_canceled() -> list[float]:
        store = _EmptyStore()
        turns = Turns(store.quota, store)

        def take(units: float) -> asyncio.Task[None]:
            return asyncio.create_task(turns.take(units, rank=Rank.ENTRY, until=time.time() + 600))

        first, second = take(1), take(5)
        await asyncio.sleep(0.05)
        await _end(second)
        third = take(2)
        await asyncio.sleep(0.05)
        await _end(first, third)
        return store.wanted

    assert loop.call(one_of_three_is_canceled(), timeout_seconds=20) == [6, 3]


def test_it_is_logged_why_those_who_wait_are_sent_away(caplog: pytest.LogCaptureFixture) -> None:
    async def take() -> None:
        turns = Turns(_QUOTA, _BrokenStore(_QUOTA))
        await _fill(turns)
        await turns.take(1, rank=Rank.ENTRY, until=time.time() + 10)

    with pytest.raises(TimeoutError):
        loop.call(take(), timeout_seconds=5)

    told = [(record.name, record.exc_text) for record in caplog.records]
    assert [name for name, _ in told] == ["accounts.exchange.limits.turns"]
    assert "an answer that cannot be read" in (told[0][1] or "")
