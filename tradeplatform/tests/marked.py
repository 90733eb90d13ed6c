"""Which tests bear a numbered marker; read from the files, so it holds for any part of a run."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

_ROOMS = ("tradeplatform", "accounts", "strategies", "orders", "webhooks")


def marked(marker: str) -> dict[int, set[str]]:
    """By number: the tests that bear it, as `path::name`."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    for path in _test_files():
        for test in ast.parse(path.read_text()).body:
            if isinstance(test, ast.FunctionDef):
                name = f"{path.relative_to(settings.BASE_DIR)}::{test.name}"
                for number in _numbers(test, f"pytest.mark.{marker}"):
                    found[number].add(name)
    return dict(found)


def _test_files() -> Iterator[Path]:
    for room in _ROOMS:
        yield from sorted((Path(settings.BASE_DIR) / room).rglob("test_*.py"))


def _numbers(test: ast.FunctionDef, marker: str) -> Iterator[int]:
    for mark in test.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == marker:
            yield from map(ast.literal_eval, mark.args)
