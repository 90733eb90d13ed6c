"""The page that a run of all benchmarks writes."""

from datetime import date
from pathlib import Path

import pytest

from tradeplatform.bench import page
from tradeplatform.bench.figures import Figure


def test_each_part_is_a_table_with_targets_beside_what_was_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "PAGE", tmp_path / "performance.md")
    measured = {
        "fanout": [
            Figure(name="last order", value=28.4, unit="ms"),
            Figure(name="  bare takes", value=0.4, unit="times ours", at_least=2),
        ]
    }

    page.write_page(measured, today=date(2026, 11, 21))

    told = (tmp_path / "performance.md").read_text()
    assert "| last order | 28.4 ms |  |  |" in told
    assert "| &nbsp;&nbsp;&nbsp;&nbsp;bare takes | 0.4 times ours | at least 2 | MISSED |" in told
    assert "\n2026-11-21: " in told
