"""What a benchmark counts as lost and as doubled."""

import pytest

from tradeplatform.bench.tally import NOTHING_WRONG, Tally, tally


@pytest.mark.parametrize(
    ("held", "are_lost", "are_doubled"),
    [
        (["a", "b", "c"], 0, 0),
        (["a", "b"], 1, 0),
        (["a", "b", "c", "c"], 0, 1),
        (["a", "b", "b"], 1, 1),
        (["a", "b", "nobody's"], 1, 1),
    ],
)
def test_a_lost_order_and_a_doubled_one_do_not_make_up_for_each_other(
    held: list[str], are_lost: int, are_doubled: int
) -> None:
    found = tally(asked=3, intended=["a", "b", "c"], placed=held)

    assert found == Tally(miswritten=0, lost=are_lost, doubled=are_doubled)


def test_a_step_with_too_many_rows_and_one_with_too_few_do_not_make_up_for_each_other() -> None:
    steps = [tally(asked=2, intended=ids, placed=ids) for ids in (["a", "b", "c"], ["d"])]

    assert sum(steps, NOTHING_WRONG) == Tally(miswritten=2, lost=0, doubled=0)
