"""How many requests a sender may make. An honest burst passes: a chart with a thousand alerts sends
them in one second, and TradingView sends everybody's from four addresses. A flood does not.

Counted per minute from the first request on, in Valkey; without it nobody is refused.
"""

from django.conf import settings

from tradeplatform.lib.client_address import sender_key
from tradeplatform.lib.counters import count, seconds_left
from webhooks.refusals import Reason, Refused

_WINDOW_SECONDS = 60
# Refusals of strangers and of floods that are kept: of one address, and of all.
KEPT_SECONDS = 3600
MOST_KEPT_OF_ADDRESS = 100
_MOST_KEPT = 1000


def refuse_flood_of_address(address: str | None) -> None:
    """Raise Refused with ADDRESS_THROTTLED beyond WEBHOOK_ADDRESS_LIMIT requests in a minute."""
    if address is not None:
        _refuse_beyond(
            settings.WEBHOOK_ADDRESS_LIMIT,
            key=f"requests:{sender_key(address)}",
            reason=Reason.ADDRESS_THROTTLED,
            value=address,
        )


def refuse_flood_of_sender(user_id: int) -> None:
    """Raise Refused with TOKEN_THROTTLED beyond WEBHOOK_TOKEN_LIMIT alerts in a minute.

    A user has one token at a time, and a new one does not start the count anew.
    """
    _refuse_beyond(
        settings.WEBHOOK_TOKEN_LIMIT, key=f"alerts:{user_id}", reason=Reason.TOKEN_THROTTLED
    )


def may_keep(address: str | None) -> bool:
    """Whether one more refusal of a stranger or of a flood is written down, so that no flood fills
    the disk.
    """
    of_address = count(f"kept:{address and sender_key(address)}", seconds=KEPT_SECONDS)
    if of_address is not None and of_address > MOST_KEPT_OF_ADDRESS:
        return False
    of_all = count("kept", seconds=KEPT_SECONDS)
    return of_all is None or of_all <= _MOST_KEPT


def _refuse_beyond(limit: int, *, key: str, reason: Reason, value: str = "") -> None:
    found = count(key, seconds=_WINDOW_SECONDS) if limit else None
    if found is None or found <= limit:
        return
    seconds = max(seconds_left(key), 1)
    raise Refused(reason, value=value, detail=f"{seconds} s", retry_after_seconds=seconds)
