"""What the project itself keeps: the apps and the codes on paper that people log in with."""

from axes.models import AccessAttempt
from django.conf import settings
from django.db import models


class AuthenticatorApp(models.Model):
    """An app on somebody's telephone. Its user's login asks for its codes; see two_factor.

    `last_step` is the half minute of the last code that was taken, since each counts once. After
    `wrong_codes` in a row no code is looked at until `next_try_at`.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="authenticator_app"
    )
    encrypted_key = models.TextField(editable=False)
    last_step = models.BigIntegerField(editable=False)
    wrong_codes = models.PositiveIntegerField(default=0, editable=False)
    next_try_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        verbose_name = "two-factor login"

    def __str__(self) -> str:
        return f"of {self.user}"


class RecoveryCode(models.Model):
    """Logs in once instead of the app's code; only a digest is kept. See recovery."""

    app = models.ForeignKey(
        AuthenticatorApp, on_delete=models.CASCADE, related_name="recovery_codes"
    )
    digest = models.CharField(max_length=64, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["app", "digest"], name="recovery_code_once_per_app"),
        ]

    def __str__(self) -> str:
        return f"{self.app}, a recovery code"


class FailedLogin(AccessAttempt):  # type: ignore[misc]  # django-axes ships no types
    """What django-axes knows of a login that failed, under the name that people know."""

    class Meta:
        proxy = True
        verbose_name = "failed login"
