"""One endpoint of the venue: where it is, who may call it, and the function that answers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto

from aiohttp import web

from accounts.sandbox.engine.listings import Market
from accounts.sandbox.parameters import Parameters
from accounts.sandbox.venue import Venue

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Access(Enum):
    """What a call must bring along."""

    PUBLIC = auto()
    KEYED = auto()  # an API key, nothing signed
    SIGNED = auto()
    TRADE = auto()  # signed, and answered after the configured delay


@dataclass(frozen=True, slots=True)
class Call:
    """One request, checked: `account` is empty on public endpoints."""

    venue: Venue
    account: str
    parameters: Parameters
    at_us: int  # when it was received


@dataclass(frozen=True, slots=True)
class Route:
    """`answer` returns JSON, or raises VenueError or Refused."""

    method: str
    path: str
    answer: Callable[[Call], object]
    market: Market
    access: Access = Access.SIGNED
