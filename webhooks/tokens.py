"""Webhook tokens: issued, shown once, kept as digests only.

A token is 256 random bits, so its plain SHA-256 cannot be turned back or guessed. Finding it by
digest compares nothing that a caller could learn from by timing.
"""

import hashlib
import hmac
import secrets
from datetime import datetime

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from tradeplatform.lib.compiled_queries import CompiledQuery, Parameter
from webhooks.models import WebhookToken
from webhooks.redaction import TOKEN_PREFIX

_RANDOM_BYTES = 32
_HINT_LENGTH = 4

_ACTIVE = CompiledQuery(
    lambda: WebhookToken.objects.select_related("user").filter(
        digest=Parameter("digest"), revoked_at=None, user__is_active=True
    )
)


def issue_token(*, user: AbstractBaseUser, now: datetime) -> str:
    """A new token for the user, to be shown once. The one in use until now stops working."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
    with transaction.atomic():
        # The lock lines up two rotations at once; the constraint keeps one token active.
        get_user_model().objects.select_for_update().get(pk=user.pk)
        WebhookToken.objects.filter(user_id=user.pk, revoked_at=None).update(revoked_at=now)
        WebhookToken.objects.create(
            user_id=user.pk, digest=_digest(token), hint=token[-_HINT_LENGTH:], created_at=now
        )
    return token


def user_of(token: str) -> AbstractBaseUser | None:
    """Whose active token this is; None for any other text and for users who are switched off."""
    digest = _digest(token)
    row = _ACTIVE.first(digest=digest)
    if row is None or not hmac.compare_digest(row.digest, digest):
        return None
    return row.user


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
