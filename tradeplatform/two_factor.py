"""Codes from an authenticator app (TOTP) as a second proof at the login, for users who want it.

A user without one logs in by password alone. The secret is shown once, as a QR code.
"""

import time
from base64 import b32encode
from binascii import unhexlify

import qrcode
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.safestring import SafeString
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice
from qrcode.image.svg import SvgPathImage

_NAME = "Authenticator app"


def has_two_factor(user: User) -> bool:
    """Whether the user's login asks for a code."""
    return bool(TOTPDevice.objects.filter(user=user, confirmed=True).exists())


def is_right_code(user: User, code: str) -> bool:
    """Whether the user's app shows this code now; each code counts once, and after a wrong one the
    next is looked at only after a growing pause.
    """
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().get(user=user, confirmed=True)
        return bool(device.verify_token(_digits(code)))


def set_up(user: User, *, key: str, code: str) -> bool:
    """Ask for codes from now on, if this one proves that the user's app knows the key (hex).

    False for a wrong code, and for a user who has one already.
    """
    totp = TOTP(unhexlify(key))
    totp.time = time.time()
    digits = _digits(code)
    if not digits or not totp.verify(int(digits), tolerance=1):
        return False
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # lines up two at once
        if has_two_factor(user):
            return False
        TOTPDevice.objects.create(user=user, name=_NAME, key=key, confirmed=True, last_t=totp.t())
    return True


def qr_code(user: User, *, key: str) -> SafeString:
    """The key as a picture (SVG) for the app's camera."""
    address = TOTPDevice(user=user, key=key).config_url
    picture = qrcode.make(address, image_factory=SvgPathImage, box_size=12)
    return SafeString(
        picture.to_string(encoding="unicode")
    )  # a path of squares, no text of anybody


def for_typing(key: str) -> str:
    """The key as apps without a camera want it."""
    return b32encode(unhexlify(key)).decode()


def _digits(code: str) -> str:
    """What people type, with blanks in it; nothing if it is no number."""
    digits = code.replace(" ", "")
    return digits if digits.isascii() and digits.isdigit() else ""
