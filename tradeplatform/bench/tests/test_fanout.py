"""Who takes part in which round, and what a rival is compared with."""

import pytest

from tradeplatform.bench.fanout import SIZES, beside, every, times_ours


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("rival", ["bare", "threads", "tasks"])
def test_we_take_part_in_every_round_of_a_rival(rival: str, size: int) -> None:
    assert every(rival, size) % every("ours", size) == 0


def test_a_rival_is_compared_with_us_in_its_own_rounds_alone() -> None:
    ours = {0: 10.0, 1: 1.0, 2: 1.0, 3: 1.0, 4: 30.0}

    assert beside({0: 100.0, 4: 300.0}, ours=ours) == 20
    assert times_ours(ours=ours, theirs={0: 100.0, 4: 300.0}) == 10
