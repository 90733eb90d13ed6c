"""What a person can do about a breaker, in words."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.exchange.breaker import Reason
from accounts.models import Breaker

_CLOSED = _("Nothing: requests are sent again. What stands here is of the last time it was open.")
_ADVICE = {
    Reason.UNREACHABLE: _(
        "It is tried again by itself. If it lasts, look at the exchange's status page and at this "
        "machine's network."
    ),
    Reason.VENUE_UNAVAILABLE: _(
        "It is tried again by itself. The exchange's status page tells how long that takes."
    ),
    Reason.RATE_LIMITED: _(
        "Wait: it is tried again by itself. Clearing it sooner may make a ban longer. Requests of "
        "other programs from this address, or with this key, count too."
    ),
    Reason.CLOCK_SKEW: _(
        "Synchronize the clock of the machine that runs this platform (NTP). The account is tried "
        "again by itself."
    ),
    Reason.BAD_CREDENTIALS: _(
        "Mend the key at the exchange, or enter another on the account's page, and press Check "
        "connection there."
    ),
    Reason.PERMISSION_DENIED: _(
        "Allow trading and this machine's IP address in the key's settings at the exchange. Then "
        "press Check connection on the account's page."
    ),
}


def what_to_do(breaker: Breaker) -> Any:
    """A sentence or two, by its reason; once it has closed nothing is to be done."""
    return _ADVICE[Reason(breaker.reason)] if breaker.is_open else _CLOSED
