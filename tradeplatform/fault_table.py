"""pytest plugin: ends with the situations of docs/faults.md, each with its scenarios."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

import pytest

_PAGE = Path(__file__).parent.parent / "docs" / "faults.md"
_ROW = re.compile(r"\| (\d+) \| (.+?) \| (.+) \|")
_ORDER = ("passed", "skipped", "failed")

# By row and test, told apart by its arguments no more.
Outcomes = Mapping[int, Mapping[str, Collection[str]]]
_outcomes: defaultdict[int, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))


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
                _outcomes[row][report.nodeid.partition("[")[0]].add(report.outcome)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.section("situations of docs/faults.md")
    for line in table(_outcomes, catalogue()):
        terminalreporter.write_line(line)


def table(outcomes: Outcomes, situations: Mapping[int, tuple[str, str]]) -> Iterator[str]:
    """Each situation once, with the worst that its scenarios came to and theirs below; the sums."""
    for row, tests in sorted(outcomes.items()):
        worst = _worst(result for results in tests.values() for result in results)
        yield f"{row:>3}  {worst:<7}  {situations[row][0]} ({_counted(len(tests), 'scenario')})"
        for test, results in sorted(tests.items()):
            yield f"     {_worst(results):<7}  {test}"
    scenarios = len({test for tests in outcomes.values() for test in tests})
    yield f"{_counted(len(outcomes), 'situation')}, {_counted(scenarios, 'scenario')}"


def _worst(results: Iterable[str]) -> str:
    return max(results, key=_ORDER.index)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
