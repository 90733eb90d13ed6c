"""The collector looks seldom, and never at what was set aside."""

import gc
from collections.abc import Iterator

import pytest

from tradeplatform.lib.garbage import set_aside


@pytest.fixture
def as_before() -> Iterator[None]:
    often = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*often)


@pytest.mark.usefixtures("as_before")
def test_what_there_is_is_not_looked_through_and_a_large_alert_begins_no_collection() -> None:
    gc.set_threshold(700)
    kept: list[object] = []
    was_looked_at = any(each is kept for each in gc.get_objects())
    set_aside()
    before = gc.get_stats()[0]["collections"]
    orders = [[number] for number in range(100_000)]

    assert gc.get_stats()[0]["collections"] == before
    assert len(orders) == 100_000
    assert was_looked_at
    assert not any(each is kept for each in gc.get_objects())
