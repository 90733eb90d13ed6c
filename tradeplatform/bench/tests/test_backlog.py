"""When a queue counts as growing."""

import pytest

from tradeplatform.bench.backlog import backlog, growth, is_flat

DUE = [number / 100 for number in range(1000)]


def test_the_backlog_is_what_was_due_and_is_not_done() -> None:
    at_noon = backlog(due=[1, 2, 3, 9], done=[1.5, 3.5], at=3)

    assert at_noon == 2


def test_work_that_takes_long_but_is_done_as_fast_as_it_comes_is_no_growing_queue() -> None:
    done = [moment + 0.5 for moment in DUE]

    assert growth(due=DUE, done=done) == pytest.approx(0, abs=1e-9)
    assert is_flat(due=DUE, done=done)


@pytest.mark.parametrize(("share_done", "flat"), [(0.99, True), (0.9, False), (0.5, False)])
def test_a_queue_grows_by_the_share_that_is_not_done_in_the_same_time(
    *, share_done: float, flat: bool
) -> None:
    done = [moment / share_done for moment in DUE]

    assert growth(due=DUE, done=done) == pytest.approx(1 - share_done, abs=0.002)
    assert is_flat(due=DUE, done=done) is flat


def test_a_queue_of_which_nothing_is_done_grows_by_all_that_comes() -> None:
    assert growth(due=DUE, done=[]) == pytest.approx(1, abs=0.002)


def test_a_stall_that_is_made_up_for_before_the_end_is_no_growing_queue() -> None:
    done = sorted(max(moment, 5.0) if 4 < moment < 5 else moment for moment in DUE)

    assert is_flat(due=DUE, done=done)
