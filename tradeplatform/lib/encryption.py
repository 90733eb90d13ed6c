"""Encrypt text at rest with settings.ENCRYPTION_KEYS or, where there are none, the secrets in
settings.ENCRYPTION_KEY_FILE: the first encrypts, all of them decrypt.

So a key is changed by putting a new one in front; the file is read anew each time, so that running
processes need not be told. No message of this module contains plain text, token or key.
"""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from tradeplatform.lib.secret_file import secrets_in

# Keeps these keys apart from anything else that may be derived from the same secret one day.
_PURPOSE = b"tradeplatform credentials at rest"


class CannotDecrypt(Exception):
    """None of the configured keys fits: the right one must be put back into ENCRYPTION_KEYS."""


def encrypt(text: str) -> str:
    """The text encrypted with the first key, as ASCII."""
    return _cipher().encrypt(text.encode()).decode("ascii")


def decrypt(token: str) -> str:
    """The text that `encrypt` was given; raises CannotDecrypt when no key fits."""
    try:
        return _cipher().decrypt(token.encode()).decode()
    except InvalidToken:
        raise CannotDecrypt(
            "None of the ENCRYPTION_KEYS decrypts the stored text. Put the key that encrypted it "
            "back, or enter the credentials again."
        ) from None


def reencrypt(token: str) -> str:
    """The same text encrypted with the first key, the very token if it is so already.

    Raises CannotDecrypt when no key fits.
    """
    text = decrypt(token)
    try:
        _cipher_for(_keys()[:1]).decrypt(token.encode())
    except InvalidToken:
        return encrypt(text)
    return token


def _cipher() -> MultiFernet:
    return _cipher_for(_keys())


def _keys() -> tuple[str, ...]:
    return tuple(settings.ENCRYPTION_KEYS or secrets_in(settings.ENCRYPTION_KEY_FILE))


@lru_cache(maxsize=4)
def _cipher_for(keys: tuple[str, ...]) -> MultiFernet:
    if not keys or not all(keys):
        raise ImproperlyConfigured("ENCRYPTION_KEYS is empty; give at least one secret")
    return MultiFernet([Fernet(_fernet_key(key)) for key in keys])


def _fernet_key(secret: str) -> bytes:
    """Any secret text as the 32 bytes that Fernet wants."""
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())
    return base64.urlsafe_b64encode(derived)
