"""Figures in rows and columns, as text on the terminal and as Markdown on the page. Pure.

Where a part was measured for several numbers of accounts there is a column for each.
"""

from collections.abc import Sequence

from tradeplatform.bench.figures import Figure, short

# Rows of as many cells each; the first is the head.
Table = Sequence[Sequence[str]]


def tables(figures: Sequence[Figure]) -> list[Table]:
    """All figures of a part: by number of accounts, then the others and what has a target."""
    compared = [figure for figure in figures if figure.accounts is not None]
    listed = [figure for figure in figures if figure.accounts is None or figure.bound]
    return [*([_compared(compared)] if compared else []), *([_listed(listed)] if listed else [])]


def summary(figures: Sequence[Figure]) -> Table:
    """Each under its headline, with its target."""
    return _rows([(_named(each.headline, each), each) for each in figures])


def as_text(table: Table) -> str:
    """In columns, those in the middle set to the right."""
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    return "\n".join(_line(row, widths) for row in table)


def as_markdown(table: Table) -> str:
    """With the columns in the middle set to the right."""
    head, *rows = table
    rule = ["---", *("---:" for _ in head[2:]), "---"]
    lines = (head, rule, *([_indented(row[0]), *row[1:]] for row in rows))
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _compared(figures: Sequence[Figure]) -> Table:
    sizes = sorted({figure.accounts for figure in figures if figure.accounts is not None})
    found = {(figure.name, figure.accounts): short(figure.value) for figure in figures}
    units = {figure.name: figure.unit for figure in figures}
    head = ("accounts", *(f"{size:,}" for size in sizes), "")
    rows = ((name, *(found.get((name, size), "") for size in sizes), units[name]) for name in units)
    return [head, *rows]


def _listed(figures: Sequence[Figure]) -> Table:
    return _rows([(_named(each.name, each), each) for each in figures])


def _rows(named: Sequence[tuple[str, Figure]]) -> Table:
    rows = ((name, each.told, each.bound, each.mark) for name, each in named)
    return [("", "measured", "target", ""), *rows]


def _named(name: str, figure: Figure) -> str:
    """Where there is a number of accounts the name may have come from among others."""
    if figure.accounts is None:
        return name
    return f"{name.strip()}, {figure.accounts:,} account{'' if figure.accounts == 1 else 's'}"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *middle, last = row
    cells = [first.ljust(widths[0])]
    cells += [cell.rjust(width) for cell, width in zip(middle, widths[1:-1], strict=True)]
    return "  ".join([*cells, last]).rstrip()


def _indented(name: str) -> str:
    text = name.lstrip()
    return "&nbsp;" * (2 * (len(name) - len(text))) + text
