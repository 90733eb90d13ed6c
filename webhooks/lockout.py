"""Whoever tries tokens is locked out for a while, by address.

Strangers only: many honest senders share TradingView's four addresses, or a proxy's, and one of
them must not lock out the others. So a token that was valid from this address before still is.
"""

import hashlib

from django.conf import settings

from tradeplatform.lib.client_address import sender_key
from tradeplatform.lib.counters import count, counted, mark, seconds_left
from webhooks.refusals import Reason, Refused

LOCKOUT_SECONDS = 15 * 60
_KNOWN_SECONDS = 30 * 24 * 3600


def refuse_locked_out(address: str | None, *, token: str) -> None:
    """Raise Refused with ADDRESS_LOCKED_OUT after WEBHOOK_BAD_TOKENS bad tokens in 15 minutes,
    counted from the first, until those 15 minutes are over.
    """
    if address is None or not settings.WEBHOOK_BAD_TOKENS:
        return
    key = _key(address)
    if counted(key) < settings.WEBHOOK_BAD_TOKENS or counted(_known_key(address, token)):
        return
    seconds = max(seconds_left(key), 1)
    minutes = -(-seconds // 60)
    raise Refused(
        Reason.ADDRESS_LOCKED_OUT,
        value=address,
        detail=f"{minutes} min",
        retry_after_seconds=seconds,
    )


def note_bad_token(address: str | None) -> None:
    """Count it."""
    if address is not None:
        count(_key(address), seconds=LOCKOUT_SECONDS)


def note_good_token(address: str | None, *, token: str) -> None:
    """Remember that this token is used from there."""
    if address is not None:
        mark(_known_key(address, token), seconds=_KNOWN_SECONDS)


def _key(address: str) -> str:
    return f"bad-tokens:{sender_key(address)}"


def _known_key(address: str, token: str) -> str:
    digest = hashlib.sha256(token.encode()).hexdigest()
    return f"known:{sender_key(address)}:{digest}"
