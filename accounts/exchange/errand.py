"""What a call is for: how urgent it is, and what is to be seen to right before it leaves."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from accounts.exchange.limits.quotas import Rank


@dataclass(frozen=True, slots=True)
class Errand:
    """It waits for nothing after `until`. `check` is awaited when nothing but the request is left
    to do, and raises NotSent where it must not leave any more."""

    rank: Rank = Rank.POLL
    until: datetime | None = None
    is_new_order: bool = False
    check: Callable[[], Awaitable[None]] | None = None

    @property
    def is_urgent(self) -> bool:
        """Whether it closes a position or cancels: such calls go first after a pause."""
        return self.rank <= Rank.CANCEL


READ = Errand()
CANCEL = Errand(rank=Rank.CANCEL)
ENTRY = Errand(rank=Rank.ENTRY, is_new_order=True)
