"""The channel form: the address goes in and never comes out again."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminPasswordWidget

from tradeplatform.notifications.addresses import AddressRefused, check_address
from tradeplatform.notifications.events import CHOICES
from tradeplatform.notifications.models import Channel
from tradeplatform.notifications.reading import check_readable


class ChannelForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """A blank address keeps what is stored."""

    # PasswordInput never renders the value back, not even after a failed validation.
    address = forms.CharField(
        label=_("Address"),
        required=False,
        max_length=1000,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
    )
    events = forms.MultipleChoiceField(
        label=_("Tell me of"),
        choices=[(event.value, text) for event, text in CHOICES.items()],
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        error_messages={"required": _("Choose at least one.")},
    )

    class Meta:
        model = Channel
        fields = ("owner", "name", "events", "is_active")

    def clean_address(self) -> str:
        address = str(self.cleaned_data["address"]).strip()
        if not address and not self.instance.encrypted_address:
            raise ValidationError(_("Enter where to send to."))
        if address:
            try:
                self._hint = check_address(
                    address, allow_private=settings.NOTIFICATIONS_ALLOW_PRIVATE
                )
                check_readable(address)
            except AddressRefused as refused:
                raise ValidationError(str(refused)) from refused
        return address

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        # Django leaves the constraint out once the owner is no part of the form any more.
        others = Channel.objects.filter(owner_id=self.instance.owner_id, name=cleaned.get("name"))
        if others.exclude(pk=self.instance.pk).exists():
            self.add_error("name", _("The owner has a channel of this name already."))
        return cleaned

    def save(self, commit: bool = True) -> Channel:
        """Keep a new address with the row; what happened with the old one is then out of date."""
        if self.cleaned_data["address"]:
            self.instance.set_address(self.cleaned_data["address"], hint=self._hint)
            self.instance.failing_since = None
            self.instance.last_failure, self.instance.last_failure_at = "", None
        saved: Channel = super().save(commit)
        return saved
