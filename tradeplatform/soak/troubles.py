"""What goes wrong and when: drawn from the seed. Pure.

A shuffled deck of troubles is dealt one by one with pauses, and shuffled anew when it is empty, so
that even a short run meets many kinds. Standing faults go wrong now and then all the time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from signal import SIGINT, SIGKILL, SIGTERM, Signals
from typing import Any

Fault = Mapping[str, Any]

_FIRST_AFTER_SECONDS = 2.0
_SHORTEST_PAUSE_SECONDS = 2.0
_LONGEST_PAUSE_SECONDS = 6.0


@dataclass(frozen=True, slots=True)
class Kill:
    """A process ends, by this signal, without being asked by its supervisor."""

    process: str
    signal: Signals

    @property
    def name(self) -> str:
        """In words."""
        return f"{self.process}: {self.signal.name}"


@dataclass(frozen=True, slots=True)
class Freeze:
    """A process stands still for so long, and goes on."""

    process: str
    seconds: float

    @property
    def name(self) -> str:
        """In words."""
        return f"{self.process}: frozen for {self.seconds:g} s"


@dataclass(frozen=True, slots=True)
class FlushBroker:
    """The broker forgets everything."""

    name: str = "valkey: flushed"


@dataclass(frozen=True, slots=True)
class Spoil:
    """A fault of the exchange that lasts for so long."""

    name: str
    fault: Fault
    seconds: float


@dataclass(frozen=True, slots=True)
class Streams:
    """What happens to the streams of every account: a verb of the sandbox's control API."""

    verb: str
    undone_after_seconds: float = 0

    @property
    def name(self) -> str:
        """In words."""
        return f"streams: {self.verb}"


Trouble = Kill | Freeze | FlushBroker | Spoil | Streams


@dataclass(frozen=True, slots=True)
class Timed:
    """A trouble, `at` so many seconds from the start."""

    at: float
    trouble: Trouble


def deck(*, shards: int) -> Sequence[Trouble]:
    """Every trouble that there is, once."""
    workers = [f"worker{shard}" for shard in range(shards)]
    streams = [f"stream{shard}" for shard in range(shards)]
    killed = ["web", "beat", "sandbox", "postgres", "valkey", *workers, *streams]
    return [
        *(Kill(name, SIGKILL) for name in killed),
        Kill("postgres", SIGINT),  # a fast shutdown: sessions are ended
        Kill("valkey", SIGTERM),
        Kill("worker0", SIGTERM),
        FlushBroker(),
        Freeze("web", 4),
        Freeze("valkey", 3),
        Freeze("sandbox", 4),
        *(Freeze(name, 3) for name in workers[:1]),
        Spoil("banned address (418)", {"do": "ban", "seconds": 2}, 3),
        Spoil("clock 7 s ahead (-1021)", {"do": "skew", "ms": 7_000}, 3),
        Spoil("maintenance (-1016)", {"do": "refuse", "code": -1016, "times": None}, 3),
        Spoil("everything late", {"do": "late", "ms": 1_500, "times": None}, 4),
        Streams("drop"),
        Streams("terminate"),
        Streams("pause", undone_after_seconds=5),
    ]


def draw_troubles(*, seed: int, seconds: float, shards: int) -> Sequence[Timed]:
    """Troubles in the order of their time, none later than `seconds`."""
    random = Random(f"{seed} troubles")  # noqa: S311 - a plan that can be repeated
    return list(_deal(random, seconds, deck(shards=shards)))


def _deal(random: Random, seconds: float, kinds: Sequence[Trouble]) -> Iterator[Timed]:
    at = _FIRST_AFTER_SECONDS
    while True:
        for trouble in random.sample(kinds, len(kinds)):
            if at > seconds:
                return
            yield Timed(at, trouble)
            at += random.uniform(_SHORTEST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS)
