"""One message out of many notices: few are told word for word, many are counted. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tradeplatform.notifications.events import NOUNS, Event

# More lines than these nobody reads on a telephone; ten also fit into Discord's 2,000 letters.
_TOLD_IN_FULL = 10
_LONGEST_LINE = 180


@dataclass(frozen=True, slots=True)
class Line:
    """A notice as it goes into a message."""

    event: Event
    text: str


@dataclass(frozen=True, slots=True)
class Composed:
    """A message's subject and body."""

    title: str
    text: str


def on_one_line(text: str) -> str:
    """A text without breaks and odd characters, so that it cannot pass for lines of ours."""
    printable = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(printable.split())


def compose(lines: Sequence[Line]) -> Composed:
    """The message that tells these notices, which are in order of time."""
    counts = Counter(line.event for line in lines)
    title = ", ".join(_counted(event, count) for event, count in counts.items())
    told = _in_full(lines) if len(lines) <= _TOLD_IN_FULL else _by_event(lines)
    return Composed(title=f"tradeplatform: {title}", text="\n".join(told))


def _in_full(lines: Sequence[Line]) -> Iterator[str]:
    return (_cut(line.text) for line in lines)


def _by_event(lines: Sequence[Line]) -> Iterator[str]:
    for event in dict.fromkeys(line.event for line in lines):
        texts = [_cut(line.text) for line in lines if line.event is event]
        yield f"{_counted(event, len(texts))}:"
        yield from texts if len(texts) <= 3 else _first_and_last(texts)


def _first_and_last(texts: Sequence[str]) -> Iterator[str]:
    yield texts[0]
    yield f"… {len(texts) - 2} more …"
    yield texts[-1]


def _counted(event: Event, count: int) -> str:
    return f"{count} {NOUNS[event][count != 1]}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_LINE else f"{text[: _LONGEST_LINE - 1]}…"
