"""Logging in as alice: what tests of the login share."""

from base64 import b32decode
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from accounts.tests.rows import trader
from strategies.tests.rows import NOON
from tradeplatform.lib.encryption import encrypt
from tradeplatform.models import AuthenticatorApp

LOGIN = "/admin/login/"
APPS = "/admin/tradeplatform/authenticatorapp/"
SET_UP = f"{APPS}set-up/"
PASSWORD = "correct horse battery"
# The key and a code of RFC 6238, appendix B.
KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.fixture
def quick_passwords(settings: Settings) -> None:
    """Checking them is meant to be slow, and many are checked here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def alice() -> User:
    user = trader("alice")
    user.set_password(PASSWORD)
    user.save()
    return user


def log_in(password: str = PASSWORD, code: str = "", **headers: str) -> Any:
    form = {"username": "alice", "password": password, "otp_token": code}
    return Client().post(LOGIN, form, headers=headers)


def is_in(answer: Any) -> bool:
    return "sessionid" in answer.cookies


def code_of(key: str = KEY, *, steps_from_now: int = 0) -> str:
    at = int(datetime.now(UTC).timestamp()) + 30 * steps_from_now
    return TOTP(b32decode(key), 6, SHA1(), 30).generate(at).decode()  # noqa: S303  what apps do


def wrong_code(key: str = KEY) -> str:
    near = {code_of(key, steps_from_now=step) for step in range(-2, 3)}
    return next(code for code in ("000000", "111111", "222222", "333333") if code not in near)


def with_app(user: User) -> AuthenticatorApp:
    return AuthenticatorApp.objects.create(
        user=user, encrypted_key=encrypt(KEY), last_step=0, created_at=NOON
    )
