"""What a run of all benchmarks leaves for readers."""

from pathlib import Path

import pytest

from tradeplatform.bench.page import README, RESULTS, ROOT, lines_in, publish, readme_lines
from tradeplatform.bench.results import load
from tradeplatform.bench.tests.full_run import results

_MARKS = "<!-- make bench writes this -->\n{}<!-- until here -->\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with a README that has told of an earlier run."""
    (tmp_path / "docs").mkdir()
    (tmp_path / README).write_text(f"# tradeplatform\n{_MARKS.format('old')}## Start\n")
    return tmp_path


def test_the_page_tells_headlines_first_then_each_part(root: Path) -> None:
    publish(results(), root=root)

    told = (root / "docs" / "performance.md").read_text()
    assert "Measured on 2026-11-21: 2 processors (x86_64), Python 3.\n" in told
    assert "| alert → last order, 100 accounts | 28.4 ms | aim 30 ms | reached |\n" in told
    assert "| alert → last order, 500 accounts | 90 ms | aim 75 ms | not reached |\n" in told
    assert told.index("## In short") < told.index("## fanout") < told.index("## limits")
    assert "\nFrom an alert to its last order.\n" in told
    assert "| last order, median | 9 | 28.4 | 90 | ms |\n" in told
    assert "| refused | 0 requests | at most 0 requests | ok |\n" in told


def test_every_picture_of_the_page_is_there(root: Path) -> None:
    publish(results(), root=root)

    told = (root / "docs" / "performance.md").read_text()
    pictures = [
        line.partition("](")[2].rstrip(")") for line in told.splitlines() if line[:2] == "!["
    ]
    assert pictures == ["performance/last_order.svg", "performance/segments.svg"]
    assert all((root / "docs" / picture).exists() for picture in pictures)


def test_the_readme_tells_the_same_headlines_and_keeps_everything_else(root: Path) -> None:
    publish(results(), root=root)

    readme = (root / README).read_text()
    assert readme == f"# tradeplatform\n{_MARKS.format(readme_lines(results()))}## Start\n"
    assert "| requests refused | 0 requests | at most 0 requests | ok |\n" in readme


def test_what_was_written_down_is_what_was_measured(root: Path) -> None:
    publish(results(), root=root)

    assert load(root / RESULTS) == results()


def test_the_lines_of_our_readme_come_from_the_results_beside_the_page() -> None:
    readme = (ROOT / README).read_text()

    assert lines_in(readme) == readme_lines(load(ROOT / RESULTS))
