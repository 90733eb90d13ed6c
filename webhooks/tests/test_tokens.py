"""Tokens are shown once, kept as digests, one in use per user."""

import hashlib

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError

from webhooks.models import WebhookToken
from webhooks.tests.trading_rows import NOW, person
from webhooks.tokens import issue_token, user_of

pytestmark = pytest.mark.django_db


def test_a_token_names_its_user_and_is_kept_as_a_digest_only() -> None:
    user, token = person("trader")

    row = WebhookToken.objects.get()
    assert user_of(token) == user
    assert row.digest == hashlib.sha256(token.encode()).hexdigest()
    assert row.hint == token[-4:]
    assert (row.created_at, row.revoked_at) == (NOW, None)
    assert token.startswith("tpw_")
    assert len(token) == 47


def test_a_new_token_revokes_the_one_before() -> None:
    user, first = person("trader")

    second = issue_token(user=user, now=NOW)

    assert user_of(first) is None
    assert user_of(second) == user
    assert WebhookToken.objects.filter(user=user, revoked_at=NOW).count() == 1


def test_other_users_keep_theirs() -> None:
    user, token = person("trader")

    person("somebody else")

    assert user_of(token) == user


def test_no_other_text_is_a_token() -> None:
    _, token = person("trader")

    assert [user_of(text) for text in ("", "tpw_", token[:-1], token.upper(), "é")] == [None] * 5


def test_a_user_who_is_switched_off_has_no_token() -> None:
    _, token = person("trader")

    User.objects.update(is_active=False)

    assert user_of(token) is None


def test_the_database_keeps_one_active_token_per_user() -> None:
    user, _ = person("trader")

    with pytest.raises(IntegrityError, match="webhook_token_one_active_per_user"):
        WebhookToken.objects.create(user=user, digest="0" * 64, hint="0000", created_at=NOW)
