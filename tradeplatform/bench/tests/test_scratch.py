"""What a benchmark leaves on the disk."""

import tempfile
from pathlib import Path

import pytest

from tradeplatform.bench.scratch import scratch


def test_only_what_a_killed_benchmark_left_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left, foreign = tmp_path / "tradeplatform-bench-left", tmp_path / "tradeplatform-else"
    for directory in (left, foreign):
        directory.mkdir()
        (directory / "in-use").touch()

    with scratch() as first, scratch() as second:
        there = {path.name for path in tmp_path.iterdir()}

    assert there == {first.name, second.name, foreign.name}
    assert list(tmp_path.iterdir()) == [foreign]
