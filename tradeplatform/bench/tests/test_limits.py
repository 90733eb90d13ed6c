"""What a benchmark counts as lost and as doubled."""

import pytest

from tradeplatform.bench.limits import doubled, lost


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
    intended = ["a", "b", "c"]

    assert lost(intended=intended, held=held) == are_lost
    assert doubled(intended=intended, held=held) == are_doubled
