"""What one run of all benchmarks has measured, where and when; kept beside the page in JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Self

from tradeplatform.bench.figures import Figure


@dataclass(frozen=True, slots=True)
class Measured:
    """A part's figures, and in words what was measured and how."""

    about: str
    figures: Sequence[Figure]

    @classmethod
    def from_fields(cls, told: Mapping[str, Any]) -> Self:
        """From what `asdict` has made of one."""
        return cls(told["about"], [Figure(**figure) for figure in told["figures"]])


@dataclass(frozen=True, slots=True)
class Results:
    """All parts by name, in the order in which they ran."""

    day: date
    machine: str
    parts: Mapping[str, Measured]

    @property
    def headlines(self) -> list[Figure]:
        """What bears one; those of one headline follow each other."""
        figures = [figure for part in self.parts.values() for figure in part.figures]
        found = [figure for figure in figures if figure.headline]
        names = [figure.headline for figure in found]
        return sorted(found, key=lambda figure: names.index(figure.headline))


def save(results: Results, path: Path) -> None:
    """Write them down, for people and for `load`."""
    path.write_text(json.dumps(asdict(results), default=str, indent=1) + "\n")


def load(path: Path) -> Results | None:
    """What was saved there; None before the first run."""
    if not path.exists():
        return None
    told = json.loads(path.read_text())
    parts = {name: Measured.from_fields(part) for name, part in told["parts"].items()}
    return Results(date.fromisoformat(told["day"]), told["machine"], parts)
