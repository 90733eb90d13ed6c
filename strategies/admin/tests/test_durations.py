"""Times are written and read with their units."""

import pytest
from django.core.exceptions import ValidationError

from strategies.admin.durations import DurationInput

_INPUT = DurationInput(required=False)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", None),
        ("0 s", 0),
        ("10 s", 10),
        ("30 min", 1800),
        ("1 h 30 min", 5400),
        ("1h30min", 5400),
        (" 2 d ", 172_800),
    ],
)
def test_a_time_is_read_as_seconds(text: str, seconds: int | None) -> None:
    assert _INPUT.clean(text) == seconds


@pytest.mark.parametrize("text", ["1800", "10 m", "3 hours", "soon", "-5 s", "1.5 h", "99999 d"])
def test_a_time_without_a_known_unit_or_too_long_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="Write a time with its unit"):
        _INPUT.clean(text)


def test_seconds_are_shown_in_words_and_what_was_typed_as_it_was() -> None:
    assert _INPUT.prepare_value(5400) == "1 h 30 min"
    assert _INPUT.prepare_value("soon") == "soon"
    assert _INPUT.prepare_value(None) is None


def test_an_untouched_time_has_not_changed() -> None:
    assert not _INPUT.has_changed(1800, "30 min")
    assert _INPUT.has_changed(1800, "31 min")
