"""docs/faults.md and docs/complaints.md say what the tests show, no more and no less."""

import re
from pathlib import Path

from django.conf import settings

from tradeplatform.fault_table import catalogue
from tradeplatform.tests.marked import marked

_NOT_HERE = "*Not here:*"
_COMPLAINT = re.compile(r"\| (\d+) \| .+? \| (.+?) \| (.*) \|")
_LINK = re.compile(r"\[(.+?)\]\(\.\./(.+?)\)")


def complaints() -> dict[int, tuple[str, set[str]]]:
    """By number: what we do about it, and the tests that the page names."""
    page = Path(settings.BASE_DIR, "docs", "complaints.md").read_text()
    rows = (_COMPLAINT.fullmatch(line) for line in page.splitlines())
    return {
        int(row[1]): (
            row[2],
            {f"{path}::test_{name.replace(' ', '_')}" for name, path in _LINK.findall(row[3])},
        )
        for row in rows
        if row
    }


def test_every_situation_is_put_up_or_said_not_to_be() -> None:
    rows = catalogue()
    excused = {row for row, (_, afterwards) in rows.items() if afterwards.startswith(_NOT_HERE)}

    put_up = set(marked("scenario"))

    assert list(rows) == list(range(1, len(rows) + 1))
    assert len(rows) >= 89
    assert put_up == set(rows) - excused


def test_there_are_seventy_scenarios_and_more() -> None:
    assert len(set().union(*marked("scenario").values())) >= 70


def test_every_complaint_names_the_tests_that_bear_its_number() -> None:
    told = complaints()

    assert list(told) == list(range(1, 26))
    assert {number: tests for number, (_, tests) in told.items() if tests} == marked("complaint")
    assert [
        number
        for number, (here, tests) in told.items()
        if not tests and not here.startswith(_NOT_HERE)
    ] == []
