"""Text at rest: the first key encrypts, every key decrypts."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from tradeplatform.lib.encryption import CannotDecrypt, decrypt, encrypt


def test_what_was_encrypted_is_decrypted(settings: Any) -> None:
    settings.ENCRYPTION_KEYS = ["any secret text"]

    token = encrypt("비밀 key")

    assert decrypt(token) == "비밀 key"
    assert "key" not in token


def test_the_same_text_never_looks_the_same_twice(settings: Any) -> None:
    settings.ENCRYPTION_KEYS = ["any secret text"]

    assert encrypt("text") != encrypt("text")


def test_a_new_key_in_front_still_decrypts_what_the_old_one_encrypted(settings: Any) -> None:
    settings.ENCRYPTION_KEYS = ["old"]
    token = encrypt("text")

    settings.ENCRYPTION_KEYS = ["new", "old"]

    assert decrypt(token) == "text"


def test_the_first_key_encrypts(settings: Any) -> None:
    settings.ENCRYPTION_KEYS = ["new", "old"]
    token = encrypt("text")

    settings.ENCRYPTION_KEYS = ["new"]

    assert decrypt(token) == "text"


def test_without_a_fitting_key_the_message_says_what_to_do_and_no_secret(settings: Any) -> None:
    settings.ENCRYPTION_KEYS = ["the lost key"]
    token = encrypt("our text")
    settings.ENCRYPTION_KEYS = ["another key"]

    with pytest.raises(CannotDecrypt) as refusal:
        decrypt(token)

    assert "ENCRYPTION_KEYS" in str(refusal.value)
    assert not any(secret in str(refusal.value) for secret in (token, "our text", "another key"))


@pytest.mark.parametrize("keys", [[""], ["good", ""]])
def test_an_empty_key_is_refused(settings: Any, keys: list[str]) -> None:
    settings.ENCRYPTION_KEYS = keys

    with pytest.raises(ImproperlyConfigured):
        encrypt("text")
