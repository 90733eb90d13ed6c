"""Codes from an authenticator app (TOTP, RFC 6238) as a second proof at the login, for users who
want it.

A user without one logs in by password alone. The key is shown once, as a QR code, and kept
encrypted.
"""

import hmac
import secrets
from base64 import b32decode, b32encode
from datetime import datetime, timedelta

import qrcode
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.safestring import SafeString
from qrcode.image.svg import SvgPathImage

from tradeplatform.lib.encryption import decrypt, encrypt
from tradeplatform.models import AuthenticatorApp
from tradeplatform.recovery import use_recovery_code

# What every app expects when the QR code says nothing else.
_DIGITS = 6
_STEP_SECONDS = 30
_KEY_BYTES = 20  # RFC 4226, section 4: 160 bits
_ISSUER = "tradeplatform"
# Clocks of telephones differ; a code of the step before or after is as good.
_TOLERANCE = (0, -1, 1)
# The pause of a second doubles with every wrong code in a row, so often: guessing from many
# addresses, each below the lock-out, gets nowhere.
_MOST_DOUBLINGS = 8


def new_key() -> str:
    """A key for an app, as people type it: 32 letters and digits."""
    return b32encode(secrets.token_bytes(_KEY_BYTES)).decode()


def has_two_factor(user: User | None) -> bool:
    """Whether the user's login asks for a code."""
    return AuthenticatorApp.objects.filter(user=user).exists()


def is_right_code(user: User, code: str, *, now: datetime) -> bool:
    """Whether the user's app shows this code now, or it is a recovery code; each counts once, and
    after a wrong one the next is looked at only after a growing pause.

    Raises CannotDecrypt when the app's key is lost and it is no recovery code.
    """
    with transaction.atomic():
        app = AuthenticatorApp.objects.select_for_update().get(user=user)
        if app.next_try_at is not None and now < app.next_try_at:
            return False
        is_right = use_recovery_code(app, code) or _use_shown_code(app, code, now)
        if is_right:
            app.last_used_at = now
            app.wrong_codes, app.next_try_at = 0, None
        else:
            app.next_try_at = now + timedelta(seconds=2 ** min(app.wrong_codes, _MOST_DOUBLINGS))
            app.wrong_codes += 1
        app.save()
    return is_right


def set_up(user: User, *, key: str, code: str, now: datetime) -> bool:
    """Ask for codes from now on, if this one proves that the user's app knows the key.

    False for a wrong code, and for a user who has an app already.
    """
    step = _step_of(code, key=key, now=now)
    if step is None:
        return False
    _, is_new = AuthenticatorApp.objects.get_or_create(
        user=user, defaults={"encrypted_key": encrypt(key), "last_step": step, "created_at": now}
    )
    return is_new


def qr_code(user: User, *, key: str) -> SafeString:
    """The key as a picture (SVG) for the app's camera."""
    address = _totp(key).get_provisioning_uri(user.get_username(), _ISSUER)
    picture = qrcode.make(address, image_factory=SvgPathImage, box_size=12)
    # A path of squares, no text of anybody.
    return SafeString(picture.to_string(encoding="unicode"))


def _use_shown_code(app: AuthenticatorApp, code: str, now: datetime) -> bool:
    step = _step_of(code, key=decrypt(app.encrypted_key), now=now)
    if step is None or step <= app.last_step:
        return False
    app.last_step = step
    return True


def _step_of(code: str, *, key: str, now: datetime) -> int | None:
    """The half minute, counted since 1970, whose code this is."""
    totp, present = _totp(key), int(now.timestamp()) // _STEP_SECONDS
    typed = code.replace(" ", "").encode()
    for step in (present + near for near in _TOLERANCE):
        if hmac.compare_digest(totp.generate(step * _STEP_SECONDS), typed):
            return step
    return None


def _totp(key: str) -> TOTP:
    # SHA-1 is what apps compute; as an HMAC it is unbroken.
    return TOTP(b32decode(key), _DIGITS, SHA1(), _STEP_SECONDS)  # noqa: S303
