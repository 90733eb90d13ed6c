"""One endpoint of the venue: where it is, who may call it, and the function that answers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto

from aiohttp import web

from accounts.sandbox.engine.listings import Market
from accounts.sandbox.faults.asked import Kind, kind_of
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
    """One request, checked: `account` is empty on public endpoints.

    The last two differ from `at_us` by the faults that met the request only.
    """

    venue: Venue
    account: str
    parameters: Parameters
    at_us: int  # when it was received
    clock_us: int  # what the venue holds the time to be
    known_until_us: int  # orders and fills from later are not known yet

    def knows(self, happened_at_us: int) -> bool:
        """Whether what happened then may be told."""
        return happened_at_us <= self.known_until_us


@dataclass(frozen=True, slots=True)
class Route:
    """`answer` returns JSON, or raises VenueError or Refused."""

    method: str
    path: str
    answer: Callable[[Call], object]
    market: Market
    access: Access = Access.SIGNED

    @property
    def kind(self) -> Kind:
        """What a request here is about."""
        if self.access is Access.PUBLIC:
            return Kind.MARKET_DATA
        return kind_of(self.method, self.path)
