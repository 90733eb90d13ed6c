"""How often somebody may ask before being refused (429). Whoever bears a valid token is measured by
that token alone: no stranger's flood or guessing, from wherever, costs them an alert.

Counted from the first request on, in Valkey; while it is away nobody is throttled.
"""

from django.conf import settings

from tradeplatform.lib.client_address import network_of
from tradeplatform.lib.counters import Tally, beyond, share_of
from webhooks.refusals import Reason, Refused

_WINDOW_SECONDS = 60
LOCKOUT_SECONDS = 15 * 60
# Refusals of strangers and of floods that are kept: of one source, and of all strangers.
KEPT_SECONDS = 3600
MOST_KEPT = 100
_MOST_KEPT_OF_STRANGERS = 1000


def refuse_flood_of_sender(user_id: int) -> None:
    """Raise Refused with TOKEN_THROTTLED beyond WEBHOOK_TOKEN_LIMIT alerts in a minute.

    A user has one token at a time, and a new one does not start the count anew.
    """
    key, most = f"alerts:{user_id}", settings.WEBHOOK_TOKEN_LIMIT
    if most and (tally := beyond(most, key, seconds=_WINDOW_SECONDS)):
        raise _throttled(Reason.TOKEN_THROTTLED, tally)


def refusal_of_stranger(refused: Refused, *, address: str | None) -> Refused:
    """What somebody without a valid token is told: ADDRESS_LOCKED_OUT after WEBHOOK_BAD_TOKENS bad
    tokens from there in 15 minutes, ADDRESS_THROTTLED beyond WEBHOOK_ADDRESS_LIMIT requests in a
    minute, else what was wrong.
    """
    if address is None:  # a Unix socket: somebody on this machine
        return refused
    if refused.is_guess:
        refused = _locked_out(address) or refused
    key, most = f"requests:{_share_of(address)}", settings.WEBHOOK_ADDRESS_LIMIT
    if most and (tally := beyond(most, key, seconds=_WINDOW_SECONDS)):
        return _throttled(Reason.ADDRESS_THROTTLED, tally, address=address)
    return refused


def may_keep_of_stranger(address: str | None) -> bool:
    """Whether one more refusal of strangers is written down, so that no flood fills the disk."""
    source = "nowhere" if address is None else str(_share_of(address))
    return _may_keep(source, most=MOST_KEPT) and _may_keep(
        "strangers", most=_MOST_KEPT_OF_STRANGERS
    )


def may_keep_of_flood(user_id: int) -> bool:
    """Whether one more alert beyond the user's limit is written down."""
    return _may_keep(f"user:{user_id}", most=MOST_KEPT)


def _share_of(address: str) -> int:
    return share_of(network_of(address))


def _locked_out(address: str) -> Refused | None:
    key, most = f"bad-tokens:{_share_of(address)}", settings.WEBHOOK_BAD_TOKENS
    if most and (tally := beyond(most, key, seconds=LOCKOUT_SECONDS)):
        return _throttled(Reason.ADDRESS_LOCKED_OUT, tally, address=address)
    return None


def _throttled(reason: Reason, tally: Tally, *, address: str = "") -> Refused:
    return Refused(
        reason,
        value=address,
        detail=_in_words(tally.seconds_left),
        retry_after_seconds=tally.seconds_left,
    )


def _in_words(seconds: int) -> str:
    return f"{seconds} s" if seconds <= _WINDOW_SECONDS else f"{-(-seconds // 60)} min"


def _may_keep(source: str, *, most: int) -> bool:
    return beyond(most, f"kept:{source}", seconds=KEPT_SECONDS) is None
