"""The forms of strategies and subscriptions: what cannot be traded is refused here already."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from accounts.exchange.types import MarketType
from accounts.exchange.venues import VENUES, venue_choices
from accounts.models import Account
from strategies.hooks import HooksUnusable, load_hooks
from strategies.models import Strategy, Subscription
from strategies.subscribing import obstacle


def _venue_choices() -> list[tuple[str, Any]]:
    return [("", _("Any exchange")), *venue_choices()]


class StrategyForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """Exchange and market type must fit."""

    venue = forms.ChoiceField(
        label=_("Exchange"),
        choices=_venue_choices,
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=Strategy._meta.get_field("venue").help_text,
    )

    class Meta:
        model = Strategy
        fields = ("name", "owner", "group_name", "market_type", "venue", "currency")

    def clean_currency(self) -> str:
        """Exchanges write currencies in capitals."""
        return str(self.cleaned_data["currency"]).strip().upper()

    def clean_hooks(self) -> str:
        """A class that can be used; only superusers have this field."""
        path = str(self.cleaned_data["hooks"]).strip()
        if path:
            try:
                load_hooks(path, modules=settings.HOOK_MODULES)
            except HooksUnusable as problem:
                raise forms.ValidationError(str(problem)) from problem
        return path

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        market_type = cleaned.get("market_type")
        if market_type:
            self._check_market_type(MarketType(market_type), cleaned.get("venue", ""))
        return cleaned

    def _check_market_type(self, market_type: MarketType, venue: str) -> None:
        candidates = [VENUES[venue]] if venue else VENUES.values()
        if not any(market_type in candidate.markets for candidate in candidates):
            where = VENUES[venue].label if venue else _("No supported exchange")
            self.add_error("market_type", f"{where}: {market_type} is not traded here.")


class SubscriptionForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """The account must be able and allowed to trade the strategy."""

    class Meta:
        model = Subscription
        fields = ("strategy", "account", "is_active", "capital", "leverage", "max_symbols")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Both are fixed after the first save and then no part of the form.
        for name, label in (("strategy", _strategy_label), ("account", _account_label)):
            if name in self.fields:
                choice: Any = self.fields[name]
                choice.queryset = choice.queryset.select_related("owner")
                choice.label_from_instance = label

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        strategy = cleaned.get("strategy") or getattr(self.instance, "strategy", None)
        account = cleaned.get("account") or getattr(self.instance, "account", None)
        if strategy is None or account is None:
            return cleaned
        found = obstacle(strategy=strategy, account=account, leverage=cleaned.get("leverage") or 1)
        if found is not None:
            self.add_error(found.field if found.field in self.fields else None, found.message)
        return cleaned


def _strategy_label(strategy: Strategy) -> str:
    return f"{strategy.name} ({strategy.group_name}, {strategy.market_type}, {strategy.owner})"


def _account_label(account: Account) -> str:
    return f"{account.name} ({account.venue} {account.environment}, {account.owner})"
