"""What people are told to do."""

import pytest

from accounts.exchange.sentences import clock_sentence


@pytest.mark.parametrize(
    ("ahead_ms", "told"),
    [
        (
            3_600_049,
            "The exchange refuses the time of requests. The clock of the machine that runs this "
            "platform is 3600.0 s ahead of the exchange's: synchronize it by NTP, and stop what "
            "sets it otherwise.",
        ),
        (
            -1_001,
            "The exchange refuses the time of requests. The clock of the machine that runs this "
            "platform is 1.0 s behind the exchange's: synchronize it by NTP, and stop what sets it "
            "otherwise.",
        ),
        (
            -1_000,
            "The exchange refuses the time of requests although the clock of the machine that runs "
            "this platform is right (1.0 s behind the exchange's). Look for a slow network or too "
            "much load there.",
        ),
    ],
)
def test_a_refused_time_is_told_with_whose_clock_is_off_by_how_much_and_what_to_do(
    ahead_ms: int, told: str
) -> None:
    assert clock_sentence(ahead_ms) == told
