"""Writes docs/performance.md: what one run of all benchmarks has measured, where, and when."""

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

from tradeplatform.bench.figures import Figure, short

PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
_PACKAGES = ("Django", "celery", "ccxt", "aiohttp", "psycopg2-binary")
_HEAD = """# Performance

`make bench` writes this page. Everything runs on one machine and talks over loopback: the exchange,
web, workers, database, broker, and whoever sends alerts, so they take processor time from each
other. Times are told, not judged; what is judged are ratios and counts of one run, in which all
that is compared takes turns.
"""


def write_page(measured: Mapping[str, Sequence[Figure]], *, today: date) -> None:
    """Replace the page by what was measured in each part."""
    sections = [_HEAD, _machine(today)]
    sections += [_section(part, figures) for part, figures in measured.items()]
    PAGE.write_text("\n".join(sections))


def _machine(today: date) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return (
        f"{today}: {os.cpu_count()} processors ({platform.machine()}), "
        f"Python {platform.python_version()}, {packages}.\n"
    )


def _section(part: str, figures: Sequence[Figure]) -> str:
    rows = [f"## {part}", "", "| | measured | target | |", "|---|---:|---|---|"]
    rows += [
        f"| {_indented(figure.name)} | {short(figure.value)} {figure.unit} "
        f"| {figure.bound} | {figure.mark} |"
        for figure in figures
    ]
    return "\n".join(rows) + "\n"


def _indented(name: str) -> str:
    text = name.lstrip()
    return "&nbsp;" * (2 * (len(name) - len(text))) + text
