"""Logging in to the admin: a password, and a code from a telephone where the user has set one up.

Wrong codes count like wrong passwords; too many of either lock the user name out at that address.
"""

from math import ceil
from typing import Any

from axes.helpers import get_client_username
from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.forms import AuthenticationForm
from unfold.widgets import BASE_INPUT_CLASSES

from tradeplatform.lib.client_address import client_network
from tradeplatform.lib.counters import Tally
from tradeplatform.lib.encryption import CannotDecrypt
from tradeplatform.models import FailedLogin
from tradeplatform.two_factor import has_two_factor, is_right_code

# No numeric keyboard: a recovery code has letters.
_CODE = {"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"}


class LoginForm(AuthenticationForm):  # type: ignore[misc]  # Unfold ships no types
    """The admin's login form with a field for the code, which most users leave empty."""

    otp_token = forms.CharField(
        label=_("Code, if you have set up two-factor login"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={**_CODE, "class": " ".join(BASE_INPUT_CLASSES)}),
    )

    def clean(self) -> Any:
        cleaned = super().clean()
        user = self.get_user()
        if has_two_factor(user):
            self._check_code(user, cleaned["otp_token"])
        return cleaned

    def _check_code(self, user: User, code: str) -> None:
        if not code:
            raise ValidationError(
                _("Enter your password again and the code of your app, or a recovery code.")
            )
        if not self._is_right(user, code):
            credentials = {"username": user.get_username()}
            user_login_failed.send(__name__, credentials=credentials, request=self.request)
            raise ValidationError(
                _(
                    "The code is wrong, was used, or came too soon after a wrong one. Wait up to "
                    "five minutes if it is right."
                )
            )

    def _is_right(self, user: User, code: str) -> bool:
        try:
            return is_right_code(user, code, now=timezone.now())
        except CannotDecrypt:
            text = _("The key of your app is lost. Enter a recovery code, or ask a superuser.")
            raise ValidationError(text) from None


def locked_out(
    request: HttpRequest, _original: HttpResponse | None, credentials: Any
) -> HttpResponse:
    """What whoever is locked out reads (settings.AXES_LOCKOUT_CALLABLE)."""
    flood: Tally | None = getattr(request, "login_flood", None)
    seconds = flood.seconds_left if flood else _lock_out_seconds(request, credentials)
    context = {
        **admin.site.each_context(request),
        "title": _("Locked out"),
        "is_flood": flood is not None,
        "minutes": -(-seconds // 60),
    }
    page = render_to_string("admin/locked_out.html", context, request)
    return HttpResponse(page, status=429, headers={"Retry-After": str(seconds)})


def _lock_out_seconds(request: HttpRequest, credentials: Any) -> int:
    """Until the last failure of this user name at this address is forgotten."""
    address = client_network(request)
    name = get_client_username(request, credentials)
    failed = FailedLogin.objects.filter(username=name, ip_address=address)
    newest = failed.aggregate(at=Max("attempt_time"))["at"] or timezone.now()
    left = newest + settings.AXES_COOLOFF_TIME - timezone.now()
    return max(ceil(left.total_seconds()), 1)
