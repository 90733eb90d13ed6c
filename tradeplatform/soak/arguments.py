"""What the command line asks for."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

ALERTS_PER_SECOND = 4
_USUAL_ALERTS = 1_000
_SETTLE_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Wanted:
    """How long, under which seed, and how long the platform may take to come to rest."""

    alerts: int
    seed: int
    settle_seconds: int

    @property
    def seconds(self) -> float:
        """How long alerts are sent."""
        return self.alerts / ALERTS_PER_SECOND


def read(arguments: Sequence[str]) -> Wanted:
    """The wishes; exits with a sentence when they are no numbers above zero."""
    parser = argparse.ArgumentParser(prog="make soak")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--alerts", type=_positive, default=_USUAL_ALERTS)
    length.add_argument(
        "--minutes", type=_positive, help=f"instead of alerts, {ALERTS_PER_SECOND} a second"
    )
    parser.add_argument("--seed", type=int, default=1, help="decides all that is random")
    parser.add_argument("--settle-seconds", type=_positive, default=_SETTLE_SECONDS)
    options = parser.parse_args(arguments)
    minutes = options.minutes
    return Wanted(
        alerts=minutes * 60 * ALERTS_PER_SECOND if minutes else options.alerts,
        seed=options.seed,
        settle_seconds=options.settle_seconds,
    )


def _positive(text: str) -> int:
    number = int(text)
    if number <= 0:
        raise argparse.ArgumentTypeError(f"{text} is not above zero")
    return number
