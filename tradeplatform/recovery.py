"""Codes on paper that log their user in when the telephone with the authenticator app is lost.

A code is 80 random bits, so its plain SHA-256 cannot be turned back or guessed. Each counts once:
the row of one that was used is gone.
"""

import hashlib
import secrets
from base64 import b32encode

from django.db import transaction

from tradeplatform.models import AuthenticatorApp, RecoveryCode

_CODES = 10
_RANDOM_BYTES = 10
_GROUP = 4


def renew_recovery_codes(app: AuthenticatorApp) -> list[str]:
    """New codes such as ABCD-EFGH-IJKL-MNOP, to be shown once. Those of before stop working."""
    codes = [_new_code() for _ in range(_CODES)]
    with transaction.atomic():
        # The lock lines up two renewals at once, so that one list of codes is left.
        AuthenticatorApp.objects.select_for_update().get(pk=app.pk)
        app.recovery_codes.all().delete()
        RecoveryCode.objects.bulk_create(
            RecoveryCode(app=app, digest=_digest(code)) for code in codes
        )
    return codes


def use_recovery_code(app: AuthenticatorApp, code: str) -> bool:
    """Whether this is one of the app's unused codes; it is used now. Two at once cannot both."""
    used, _ = app.recovery_codes.filter(digest=_digest(code)).delete()
    return used == 1


def _new_code() -> str:
    text = b32encode(secrets.token_bytes(_RANDOM_BYTES)).decode()
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))


def _digest(code: str) -> str:
    typed = "".join(char for char in code.upper() if char.isalnum())
    return hashlib.sha256(typed.encode()).hexdigest()
