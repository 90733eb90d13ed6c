"""Fixtures for tests of what starts and stops processes."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def state_dir() -> Iterator[Path]:
    """An empty state directory with a short path: the names of sockets are limited."""
    with tempfile.TemporaryDirectory(prefix="tp-") as directory:
        yield Path(directory)
