"""A child that dies again and again waits longer and longer."""

from tradeplatform.supervisor.restarts import pause_before_restart


def test_each_death_in_a_row_doubles_the_pause_up_to_half_a_minute() -> None:
    pauses = [pause_before_restart(previous_pause=None, lived_seconds=0.1)]

    for _ in range(8):
        pauses.append(pause_before_restart(previous_pause=pauses[-1], lived_seconds=0.1))

    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]


def test_a_child_that_lived_for_a_minute_is_back_at_once() -> None:
    assert pause_before_restart(previous_pause=30.0, lived_seconds=60.0) == 0.5


def test_a_child_that_lived_for_less_than_a_minute_is_not_proven() -> None:
    assert pause_before_restart(previous_pause=4.0, lived_seconds=59.9) == 8.0
