"""Spans of time as people write them: `10 s`, `30 min`, `1 h 30 min`, `2 d`."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from strategies.expiry_wording import UNITS, duration_text

_SECONDS = {unit: seconds for seconds, unit in UNITS}
_PART = re.compile(rf"(\d{{1,9}})\s*({'|'.join(_SECONDS)})", re.ASCII)
# What the database's integer holds.
_LONGEST_SECONDS = 2**31 - 1


class DurationInput(forms.CharField):
    """A span of time in words; its value is whole seconds, or None when left empty."""

    def prepare_value(self, value: Any) -> Any:
        """The words for the input."""
        return duration_text(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        """Seconds; a number without a unit is refused, for nobody can tell what is meant."""
        text = super().to_python(value)
        if not text:
            return None
        parts = _PART.findall(text)
        seconds = sum(int(count) * _SECONDS[unit] for count, unit in parts)
        if _PART.sub("", text).strip() or seconds > _LONGEST_SECONDS:
            raise ValidationError(
                _("Write a time with its unit, such as 10 s, 30 min, 3 h or 1 d.")
            )
        return seconds
