"""What is counted never lets more through in a span than is allowed, however the span is cut."""

from hypothesis import given
from hypothesis import strategies as st

from accounts.exchange.limits.quotas import Counts, Quota, Rank
from accounts.exchange.limits.stores import OwnStore
from accounts.exchange.limits.tests.ledgers import Clock
from accounts.exchange.limits.windows import Window, end_of_slot, slot_of

_MINUTE = 60
_QUOTA = Quota(Counts.ORDERS, 100, 10)
_MOMENTS = st.lists(st.floats(0, 300), min_size=1, max_size=300).map(sorted)


def test_what_was_used_counts_for_the_whole_span_and_is_forgotten_after_a_slot_more() -> None:
    window = Window(seconds=_MINUTE)

    window.use(7, 3.0)
    window.use(2, 4.9)

    assert (window.used(63.0), window.used(64.9)) == (9, 9)
    assert window.used(65.0) == 0


def test_what_counts_is_told_by_how_many_slots_ago_it_was_used() -> None:
    window = Window(seconds=_MINUTE)
    window.use(7, 3.0)
    window.use(2, 12.0)

    assert window.by_age(13.0) == [(2, 7), (0, 2)]
    assert window.by_age(66.0) == [(11, 2), (0, 0)]


def test_nothing_is_left_of_what_is_forgotten() -> None:
    window = Window(seconds=_MINUTE)
    window.use(10, 0.0)
    window.use(10, 6.0)

    window.forget()
    window.use(3, 7.0)

    assert (window.used(67.0), window.used(70.0)) == (3, 0)


def test_what_the_venue_counts_beyond_us_is_added_and_less_changes_nothing() -> None:
    store = OwnStore(_QUOTA)
    store.take(10, rank=Rank.CLOSE)

    store.correct(85)
    store.correct(3)

    assert sum(store.take(1, rank=Rank.CLOSE) for _ in range(20)) == 10


def test_a_slot_ends_where_the_next_begins() -> None:
    slot = slot_of(12.0, seconds=_MINUTE)

    assert (slot, end_of_slot(slot, seconds=_MINUTE)) == (2, 15.0)
    assert slot_of(15.0, seconds=_MINUTE) == 3


@given(_MOMENTS)
def test_no_ten_seconds_hold_more_than_a_quota_of_ten_seconds(moments: list[float]) -> None:
    clock = Clock()
    store = OwnStore(_QUOTA, clock=clock)

    passed = []
    for clock.now in moments:
        if store.take(1, rank=Rank.CLOSE):
            passed.append(clock.now)

    most = max(sum(start <= moment <= start + 10 for moment in passed) for start in passed)
    assert most <= _QUOTA.limit


def test_the_lower_the_rank_the_more_is_kept_from_it() -> None:
    store = OwnStore(_QUOTA)

    taken = {rank: sum(store.take(1, rank=rank) for _ in range(200)) for rank in reversed(Rank)}

    assert taken == {Rank.POLL: 60, Rank.ENTRY: 25, Rank.CANCEL: 5, Rank.CLOSE: 5}
