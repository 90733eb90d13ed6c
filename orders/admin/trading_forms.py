"""The form that asks back before trading is stopped or resumed."""

import uuid
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.models import Account
from strategies.models import Strategy
from strategies.switching import Target, Wish
from strategies.trading_states import RunAction, Scope, TradingState

_ACTIONS = [
    (RunAction.NONE.value, _("Only this: orders that rest stay, positions stay")),
    (RunAction.CANCEL.value, _("And cancel the open orders, resting closes too")),
    (RunAction.FLATTEN.value, _("And cancel the open orders, then close every position at market")),
]


class ThrowForm(forms.Form):
    """Why, and what else is to be done. Its key makes a form that is sent twice one run."""

    action = forms.ChoiceField(
        label=_("What else"),
        choices=_ACTIONS,
        initial=RunAction.NONE.value,
        widget=UnfoldAdminRadioSelectWidget,
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=150,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Senders of refused alerts read it."),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, state: TradingState, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if state is TradingState.ACTIVE:
            self.fields["action"] = forms.CharField(
                widget=forms.HiddenInput, initial=RunAction.NONE.value
            )

    def wish(self, target: Target, state: TradingState) -> Wish:
        """What the valid form says."""
        return Wish(
            target=target,
            state=state,
            action=RunAction(self.cleaned_data["action"]),
            reason=self.cleaned_data["reason"],
            key=self.cleaned_data["key"],
        )


def target_choices(user: User) -> list[Any]:
    """What this user may switch, grouped, by the words that forms name it with."""
    accounts = Account.objects.select_related("owner").order_by("name")
    strategies = Strategy.objects.order_by("name")
    users = User.objects.filter(pk=user.pk)
    first: list[Any] = []
    if user.is_superuser:
        first = [(Target(Scope.EVERYTHING).word, _("everything"))]
        users = User.objects.filter(is_active=True).order_by("username")
    else:
        accounts, strategies = accounts.filter(owner=user), strategies.filter(owner=user)
    return [
        *first,
        (_("Accounts of a user"), [(Target(Scope.USER, row.pk).word, str(row)) for row in users]),
        (_("Account"), [(_word(row, Scope.ACCOUNT), f"{row} ({row.owner})") for row in accounts]),
        (_("Strategy"), [(_word(row, Scope.STRATEGY), str(row)) for row in strategies]),
    ]


def _word(row: Account | Strategy, scope: Scope) -> str:
    return Target(scope, row.pk).word
