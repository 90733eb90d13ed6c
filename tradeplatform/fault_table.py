"""pytest plugin: one line per scenario at the end of the run, by its row in docs/faults.md."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

_PAGE = Path(__file__).parent.parent / "docs" / "faults.md"
_ROW = re.compile(r"\| (\d+) \| (.+?) \| (.+) \|")
_ORDER = ("passed", "skipped", "failed")

# The outcomes of each test of each row, told apart by its arguments no more.
_outcomes: defaultdict[tuple[int, str], set[str]] = defaultdict(set)


def catalogue() -> dict[int, tuple[str, str]]:
    """By row number: the situation, and what holds afterwards or why it is not put up."""
    rows = (_ROW.fullmatch(line) for line in _PAGE.read_text().splitlines())
    return {int(row[1]): (row[2], row[3]) for row in rows if row}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for marker in item.iter_markers("scenario"):
            item.user_properties += [("scenario", row) for row in marker.args]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" or report.outcome != "passed":
        for name, row in report.user_properties:
            if name == "scenario" and isinstance(row, int):
                _outcomes[row, report.nodeid.partition("[")[0]].add(report.outcome)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    situations = catalogue()
    terminalreporter.section("scenarios of docs/faults.md")
    for (row, test), outcomes in sorted(_outcomes.items()):
        worst = max(outcomes, key=_ORDER.index)
        terminalreporter.write_line(f"{row:>3}  {worst:<7} {situations[row][0]}\n     {test}")
    rows, tests = {row for row, _ in _outcomes}, {test for _, test in _outcomes}
    terminalreporter.write_line(f"{len(tests)} scenarios of {len(rows)} rows")
