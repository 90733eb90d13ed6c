"""What one run of all benchmarks has measured, for readers: docs/performance.md with its pictures,
and the lines of README.md that tell it in short."""

from pathlib import Path

from tradeplatform.bench.charts import PICTURES, draw
from tradeplatform.bench.results import Measured, Results, save
from tradeplatform.bench.tables import as_markdown, summary, tables

ROOT = Path(__file__).resolve().parents[2]
RESULTS = Path("docs/performance/results.json")
README = Path("README.md")
_PAGE = Path("docs/performance.md")
_BEGIN, _END = "<!-- make bench writes this -->\n", "<!-- until here -->\n"
# The part whose figures the pictures show.
_DRAWN = "fanout"

_HEAD = """# Performance

`make bench` writes this page. Everything runs on one machine and talks over loopback: the exchange,
web, workers, database, broker, and whoever sends alerts, so they take processor time from each
other. Times are told, not judged; what is judged are ratios and counts of one run, in which all
that is compared takes turns. What a missed target costs, and why it is missed:
[performance_notes.md](performance_notes.md). The figures for programs:
[results.json](performance/results.json).
"""


def publish(results: Results, *, root: Path = ROOT) -> None:
    """Replace the page, its pictures, the results they come from, and the lines of the README."""
    folder = (root / RESULTS).parent
    folder.mkdir(exist_ok=True)
    save(results, root / RESULTS)
    draw(results.parts[_DRAWN].figures, folder)
    (root / _PAGE).write_text(page(results))
    readme = root / README
    readme.write_text(with_lines(readme.read_text(), readme_lines(results)))


def page(results: Results) -> str:
    """What counts most, then a section for each part."""
    sections = [
        _HEAD,
        f"Measured on {results.day}: {results.machine}.\n",
        f"## In short\n\n{as_markdown(summary(results.headlines))}",
        *(_section(name, part) for name, part in results.parts.items()),
    ]
    return "\n".join(sections)


def _section(name: str, part: Measured) -> str:
    pictures = PICTURES.items() if name == _DRAWN else ()
    return "\n".join(
        [
            f"## {name}\n",
            f"{part.about}\n",
            *(f"![{alt}](performance/{file})\n" for file, alt in pictures),
            *map(as_markdown, tables(part.figures)),
        ]
    )


def readme_lines(results: Results | None) -> str:
    """What stands between the marks in README.md; nothing before the first run."""
    if results is None:
        return ""
    file, alt = next(iter(PICTURES.items()))
    return f"""
## How fast

![{alt}](docs/performance/{file})

{as_markdown(summary(results.headlines))}
`make bench` measured this on {results.day} on {results.machine.partition(",")[0]}, everything on
loopback: [docs/performance.md](docs/performance.md) tells how, and where the milliseconds go. An
aim is what a faster machine should reach and is only told; a target is judged. Why some are missed:
[docs/performance_notes.md](docs/performance_notes.md).

"""


def lines_in(readme: str) -> str:
    """What stands between the marks; raises ValueError where they are missing."""
    begin, end = readme.index(_BEGIN) + len(_BEGIN), readme.index(_END)
    return readme[begin:end]


def with_lines(readme: str, lines: str) -> str:
    """The README with these between its marks; raises ValueError where they are missing."""
    begin, end = readme.index(_BEGIN) + len(_BEGIN), readme.index(_END)
    return readme[:begin] + lines + readme[end:]
