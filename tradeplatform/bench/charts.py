"""Pictures of what was measured, the same from the same figures, to be read on light and on dark.

They are drawn from figures that other modules name: a name is looked for as it stands there.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture
from matplotlib.typing import RcKeyType

from tradeplatform.bench.figures import Figure

LAST_ORDER, SEGMENTS_OF_ALERT = "last_order.svg", "segments.svg"
# What each is called where it cannot be seen.
PICTURES: Mapping[str, str] = {
    LAST_ORDER: "Milliseconds from an alert to its last order at the exchange, by accounts",
    SEGMENTS_OF_ALERT: "Where the milliseconds of an alert go, by accounts",
}

_SIZE_INCHES = (8, 4.2)
_FONT_SIZE = 10
# The most accounts whose alert takes little beside that of a thousand.
_FEW = 100
_INK = "#7d8590"  # stands out from white and from black
_STYLE: dict[RcKeyType, Any] = {
    "svg.hashsalt": "tradeplatform",
    "font.family": "DejaVu Sans",
    "font.size": _FONT_SIZE,
    "text.color": _INK,
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": _INK,
    "grid.alpha": 0.25,
}
_OURS = "last order, median"
# By the figure's name: what the line is called, and its colour.
_LINES = {
    f"threads: {_OURS}": ("ten threads with synchronous ccxt", "#bf8700"),
    f"tasks: {_OURS}": ("a Celery task per account", "#db6d28"),
    _OURS: ("this platform", "#2f81f7"),
    f"bare: {_OURS}": ("signed requests, no platform", _INK),
}
# The segments of an alert as they follow each other.
SEGMENT_COLOURS = {
    "view": "#54aeff",
    "queue": "#bf8700",
    "plan": "#3fb950",
    "write ahead": "#8957e5",
    "send": "#cf222e",
    "answer": "#9da7b1",
    "record": "#db6d28",
}


def draw(figures: Sequence[Figure], folder: Path) -> None:
    """Write all pictures of an alert's way to so many accounts into the folder."""
    with rc_context(rc=_STYLE):
        _save(_last_order(figures), folder / LAST_ORDER)
        _save(_segments(figures), folder / SEGMENTS_OF_ALERT)


def by_accounts(figures: Sequence[Figure], name: str) -> dict[int, float]:
    """The values of this name by number of accounts, the fewest first."""
    found = {
        figure.accounts: figure.value
        for figure in figures
        if figure.name.strip() == name and figure.accounts is not None
    }
    if not found:
        raise LookupError(f"nothing is called {name!r}")
    return dict(sorted(found.items()))


def _last_order(figures: Sequence[Figure]) -> Picture:
    picture = _empty()
    axes = picture.add_subplot()
    for name, (label, colour) in _LINES.items():
        values = by_accounts(figures, name)
        width, size = (3, 6) if name == _OURS else (1.6, 4)
        line = axes.plot(list(values), list(values.values()), color=colour, label=label)
        line[0].set(marker="o", markersize=size, linewidth=width)
    axes.set(xscale="log", yscale="log", xlabel="accounts", ylabel="ms from alert to last order")
    sizes = list(by_accounts(figures, _OURS))
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.minorticks_off()
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,g}")
    axes.grid(visible=True)
    picture.legend(ncols=2, loc="outside upper center", frameon=False)
    return picture


def _segments(figures: Sequence[Figure]) -> Picture:
    """Few and many accounts each on a scale of their own."""
    sizes = list(by_accounts(figures, _OURS))
    few = [size for size in sizes if size <= _FEW]
    many = [size for size in sizes if size > _FEW]
    picture = _empty()
    above, below = picture.subplots(2, 1, height_ratios=(len(few), len(many)))
    _bars(above, few, figures)
    _bars(below, many, figures)
    below.set_xlabel("ms from alert to last row written, medians; the exchange takes 50 to answer")
    picture.supylabel("accounts", fontsize=_FONT_SIZE)
    handles, labels = above.get_legend_handles_labels()
    picture.legend(
        handles, labels, ncols=len(SEGMENT_COLOURS), loc="outside upper center", frameon=False
    )
    return picture


def _bars(axes: Axes, sizes: Sequence[int], figures: Sequence[Figure]) -> None:
    """One for each number of accounts, of the segments as they follow each other."""
    rows = [f"{size:,}" for size in sizes]
    starts = [0.0] * len(sizes)
    for segment, colour in SEGMENT_COLOURS.items():
        values = by_accounts(figures, segment)
        took = [values[size] for size in sizes]
        axes.barh(rows, took, left=starts, color=colour, label=segment, height=0.65)
        starts = [start + each for start, each in zip(starts, took, strict=True)]
    axes.invert_yaxis()
    axes.grid(visible=True, axis="x")
    axes.set_axisbelow(True)


def _empty() -> Picture:
    return Picture(figsize=_SIZE_INCHES, layout="constrained")


def _save(picture: Picture, path: Path) -> None:
    picture.savefig(path, transparent=True, metadata={"Date": None, "Creator": None})
