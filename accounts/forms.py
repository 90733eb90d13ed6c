"""The account form: credentials go in and never come out again."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminSelectWidget

from accounts.exchange.types import Credentials, Environment
from accounts.exchange.venues import VENUES, environments_of, venue_choices
from accounts.models import Account, Health

_SECRETS = ("api_key", "secret", "passphrase")


def _secret_field(label: Any) -> forms.CharField:
    # PasswordInput never renders the value back, not even after a failed validation.
    widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"})
    return forms.CharField(label=label, required=False, max_length=300, widget=widget)


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """Venue and environment must fit; blank credentials keep what is stored."""

    venue = forms.ChoiceField(
        label=_("Exchange"), choices=venue_choices, widget=UnfoldAdminSelectWidget
    )
    api_key = _secret_field(_("API key"))
    secret = _secret_field(_("Secret"))
    passphrase = _secret_field(_("Passphrase"))

    class Meta:
        model = Account
        fields = ("owner", "name", "venue", "environment", "is_active")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        self._check_name(cleaned)
        self._check_environment(cleaned)
        self._check_credentials(cleaned)
        return cleaned

    def save(self, commit: bool = True) -> Account:
        """Keep new credentials with the row; what the last check found is then out of date."""
        if self.has_new_credentials:
            given = {name: self.cleaned_data[name] for name in _SECRETS}
            self.instance.set_credentials(Credentials(**given))
            self.instance.health = Health.UNCHECKED
            self.instance.health_message = ""
            self.instance.health_checked_at = None
        saved: Account = super().save(commit)
        return saved

    @property
    def has_new_credentials(self) -> bool:
        """Whether any credential was entered; only after validation."""
        return any(self.cleaned_data.get(name) for name in _SECRETS)

    @property
    def wants_check(self) -> bool:
        """Whether the account may be about to trade with a key that nobody has looked at."""
        is_switched_on = "is_active" in self.changed_data and self.cleaned_data["is_active"]
        return self.has_new_credentials or is_switched_on

    def _check_name(self, cleaned: dict[str, Any]) -> None:
        # Django leaves the constraint out once the owner is no part of the form any more.
        others = Account.objects.filter(owner_id=self.instance.owner_id, name=cleaned.get("name"))
        if others.exclude(pk=self.instance.pk).exists():
            self.add_error("name", _("The owner has an account of this name already."))

    def _check_environment(self, cleaned: dict[str, Any]) -> None:
        venue = VENUES.get(self._value("venue", cleaned))
        environment = self._value("environment", cleaned)
        if venue is None or not environment:
            return
        if Environment(environment) not in environments_of(venue):
            offered = ", ".join(sorted(environments_of(venue)))
            message = _("%(venue)s has no %(environment)s environment here. Choose: %(offered)s.")
            named = {"venue": venue.label, "environment": environment, "offered": offered}
            self.add_error("environment", ValidationError(message, params=named))

    def _check_credentials(self, cleaned: dict[str, Any]) -> None:
        is_kept = bool(self.instance.encrypted_credentials)
        if is_kept and not any(cleaned.get(name) for name in _SECRETS):
            return
        for name in self._needed(cleaned):
            if not cleaned.get(name):
                self.add_error(name, _("Enter the complete set of credentials."))
        if cleaned.get("passphrase") and "passphrase" not in self._needed(cleaned):
            self.add_error("passphrase", _("This exchange has no passphrase. Leave it empty."))

    def _needed(self, cleaned: dict[str, Any]) -> tuple[str, ...]:
        venue = VENUES.get(self._value("venue", cleaned))
        return _SECRETS if venue is None or venue.needs_passphrase else _SECRETS[:2]

    def _value(self, name: str, cleaned: dict[str, Any]) -> str:
        # Venue and environment are fixed after the first save and then no part of the form.
        return str(cleaned.get(name) if name in self.fields else getattr(self.instance, name))
