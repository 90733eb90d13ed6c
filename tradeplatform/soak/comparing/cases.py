"""A difference between what was promised, what we say and what the exchange says."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What kind of lie it is."""

    LOST = "lost"
    DOUBLED = "doubled"
    UNEXPLAINED = "unexplained"
    DRIFT = "drift"


@dataclass(frozen=True, slots=True)
class Case:
    """One difference, in words with the ids to look for."""

    kind: Kind
    sentence: str
