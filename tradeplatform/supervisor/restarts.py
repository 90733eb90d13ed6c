"""How long a child that died waits before it is started again."""

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
# A child that lived this long had started well: what ended it is a new accident.
PROVEN_SECONDS = 60.0


def pause_before_restart(*, previous_pause: float | None, lived_seconds: float) -> float:
    """Seconds to wait: doubles with each death in a row, up to a limit."""
    if previous_pause is None or lived_seconds >= PROVEN_SECONDS:
        return FIRST_PAUSE_SECONDS
    return min(previous_pause * 2, LONGEST_PAUSE_SECONDS)
